import XenstoreStream

/// The word with which a daemon refuses a request, like `ENOENT` (xs_wire.h, "xsd_errors").
public struct StoreErrorName: RawRepresentable, Hashable, Sendable {
    /// The word as the daemon sends it.
    public let rawValue: String

    /// Any word: a daemon may send one that is not in `all`.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The request is malformed, or its path is not valid.
    public static let invalid = StoreErrorName(rawValue: "EINVAL")
    /// The permissions of the node, or the connection's domain, do not allow the request.
    public static let access = StoreErrorName(rawValue: "EACCES")
    /// There is such a thing already: a watch, or the domain.
    public static let exists = StoreErrorName(rawValue: "EEXIST")
    /// The path is a directory.
    public static let isDirectory = StoreErrorName(rawValue: "EISDIR")
    /// There is no such node, watch, domain or transaction.
    public static let noEntry = StoreErrorName(rawValue: "ENOENT")
    /// The daemon has no memory.
    public static let noMemory = StoreErrorName(rawValue: "ENOMEM")
    /// A quota is used up.
    public static let noSpace = StoreErrorName(rawValue: "ENOSPC")
    /// The daemon's store is damaged.
    public static let io = StoreErrorName(rawValue: "EIO")
    /// The node has children.
    public static let notEmpty = StoreErrorName(rawValue: "ENOTEMPTY")
    /// The daemon does not know this type of request.
    public static let noSystem = StoreErrorName(rawValue: "ENOSYS")
    /// The connection may only read.
    public static let readOnly = StoreErrorName(rawValue: "EROFS")
    /// The daemon, or the transaction, is busy.
    public static let busy = StoreErrorName(rawValue: "EBUSY")
    /// The transaction met another change; it has to be done again.
    public static let again = StoreErrorName(rawValue: "EAGAIN")
    /// The domain is connected already.
    public static let isConnected = StoreErrorName(rawValue: "EISCONN")
    /// The reply would be longer than a message can be.
    public static let tooBig = StoreErrorName(rawValue: "E2BIG")
    /// The request is not permitted.
    public static let permission = StoreErrorName(rawValue: "EPERM")
    /// oxenstored: a quota is used up.
    public static let quota = StoreErrorName(rawValue: "EQUOTA")

    /// Every word that daemons are known to send.
    public static let all = [
        invalid, access, exists, isDirectory, noEntry, noMemory, noSpace, io, notEmpty, noSystem, readOnly, busy,
        again, isConnected, tooBig, permission, quota,
    ]

    /// What it says, in a few words; nil if the word is unknown.
    public var meaning: String? {
        switch self {
        case .invalid: "the request or the path is not valid"
        case .access: "this connection may not do that"
        case .exists: "it exists already"
        case .isDirectory: "it is a directory"
        case .noEntry: "there is no such thing"
        case .noMemory: "the daemon has no memory"
        case .noSpace, .quota: "a quota is used up"
        case .io: "the daemon's store is damaged"
        case .notEmpty: "the node has children"
        case .noSystem: "the daemon does not know this request"
        case .readOnly: "this connection may only read"
        case .busy: "the daemon is busy"
        case .again: "the transaction met another change"
        case .isConnected: "the domain is connected already"
        case .tooBig: "the reply is longer than a message can be"
        case .permission: "it is not permitted"
        default: nil
        }
    }
}
