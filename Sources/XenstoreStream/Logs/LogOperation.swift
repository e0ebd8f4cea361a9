/// What a record of a log says that happened. The numbers are those of the archive.
package enum LogOperation: UInt8, CaseIterable, Sendable {
    /// The line is not a record.
    case none = 0
    case read = 1
    case write, mkdir, rm, setPermissions, getPermissions, directory, directoryPart, watch, unwatch, resetWatches
    case transactionStart, transactionEnd, introduce, release, getDomainPath, isIntroduced, resume, setTarget, control
    case restrict, getFeature, setFeature, getQuota, setQuota, invalid
    case watchEvent = 40
    /// A watch that did not fire: its connection may not read the node.
    case watchNotFired, error
    /// A reply to a request of the C xenstored that is no error.
    case reply
    case newConnection = 50
    case endConnection, commit, conflict, coalesce
    case createWatch = 60
    case destroyWatch, createTransaction, destroyTransaction

    /// The name in the archive's views: that of oxenstored's access log where it has one.
    package var name: String {
        switch self {
        case .none: "none"
        case .read: "read"
        case .write: "write"
        case .mkdir: "mkdir"
        case .rm: "rm"
        case .setPermissions: "setperms"
        case .getPermissions: "getperms"
        case .directory: "directory"
        case .directoryPart: "directory part"
        case .watch: "watch"
        case .unwatch: "unwatch"
        case .resetWatches: "reset watches"
        case .transactionStart: "t start"
        case .transactionEnd: "t end"
        case .introduce: "introduce"
        case .release: "release"
        case .getDomainPath: "getdomain"
        case .isIntroduced: "is introduced"
        case .resume: "resume"
        case .setTarget: "settarget"
        case .control: "debug"
        case .restrict: "restrict"
        case .getFeature: "get feature"
        case .setFeature: "set feature"
        case .getQuota: "get quota"
        case .setQuota: "set quota"
        case .invalid: "invalid"
        case .watchEvent: "w event"
        case .watchNotFired: "w notfired"
        case .error: "error"
        case .reply: "reply"
        case .newConnection: "newconn"
        case .endConnection: "endconn"
        case .commit: "commit"
        case .conflict: "conflict"
        case .coalesce: "coalesce"
        case .createWatch: "create watch"
        case .destroyWatch: "destroy watch"
        case .createTransaction: "create transaction"
        case .destroyTransaction: "destroy transaction"
        }
    }

    /// Whether a client asked for it, so that the daemon answers.
    package var isRequest: Bool {
        rawValue >= Self.read.rawValue && rawValue <= Self.invalid.rawValue
    }

    /// Whether it changes the store if it succeeds.
    package var isChange: Bool {
        switch self {
        case .write, .mkdir, .rm, .setPermissions: true
        default: false
        }
    }

    /// Whether its data begins with the path of a node.
    package var hasPath: Bool {
        switch self {
        case .read, .write, .mkdir, .rm, .setPermissions, .getPermissions, .directory, .directoryPart, .watch, .unwatch,
            .watchEvent, .watchNotFired:
            true
        default: false
        }
    }

    /// Whether what follows the path is the token of a watch.
    package var hasToken: Bool {
        switch self {
        case .watch, .unwatch, .watchEvent, .watchNotFired: true
        default: false
        }
    }
}
