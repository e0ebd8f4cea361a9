/// The words for operations in the logs of both daemons.
package enum LogWords {
    /// oxenstored's words, the frequent ones first.
    static let access: [(operation: LogOperation, word: [UInt8], start: UInt64)] =
        [
            LogOperation.watchEvent, .write, .newConnection, .endConnection, .watch, .unwatch, .read, .error, .rm,
            .mkdir, .setPermissions, .getPermissions, .directory, .transactionStart, .transactionEnd, .commit,
            .conflict, .coalesce, .introduce, .release, .getDomainPath, .isIntroduced, .resume, .setTarget,
            .resetWatches, .control, .invalid, .watchNotFired,
        ].map { ($0, Array($0.name.utf8), start(Array($0.name.utf8))) }

    /// The words of the C xenstored for requests; its replies have the same ones.
    static let trace: [(operation: LogOperation, word: [UInt8])] = [
        (.write, "WRITE"), (.read, "READ"), (.watch, "WATCH"), (.unwatch, "UNWATCH"), (.directory, "DIRECTORY"),
        (.mkdir, "MKDIR"), (.rm, "RM"), (.setPermissions, "SET_PERMS"), (.getPermissions, "GET_PERMS"),
        (.directoryPart, "DIRECTORY_PART"), (.transactionStart, "TRANSACTION_START"),
        (.transactionEnd, "TRANSACTION_END"), (.introduce, "INTRODUCE"), (.release, "RELEASE"),
        (.getDomainPath, "GET_DOMAIN_PATH"), (.isIntroduced, "IS_DOMAIN_INTRODUCED"), (.resume, "RESUME"),
        (.setTarget, "SET_TARGET"), (.resetWatches, "RESET_WATCHES"), (.control, "CONTROL"), (.restrict, "RESTRICT"),
        (.getFeature, "GET_FEATURE"), (.setFeature, "SET_FEATURE"), (.getQuota, "GET_QUOTA"),
        (.setQuota, "SET_QUOTA"), (.invalid, "**UNKNOWN**"),
    ].map { ($0, Array($1.utf8)) }

    static let traceEvent = Array("WATCH_EVENT".utf8)
    static let traceError = Array("ERROR".utf8)

    /// The word of an operation in an access log.
    static func access(_ operation: LogOperation) -> [UInt8]? {
        words[Int(operation.rawValue)]
    }

    private static let words: [[UInt8]?] = (0...255).map { number in
        access.first { $0.operation.rawValue == number }?.word
    }

    /// The word of a request in a trace log.
    static func trace(_ operation: LogOperation) -> [UInt8]? {
        trace.first { $0.operation == operation }?.word
    }

    /// The first eight bytes of a padded word as a number, by which it is found.
    private static func start(_ word: [UInt8]) -> UInt64 {
        let padded = word + Array(repeating: ASCII.space, count: 8)
        return padded.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }
}
