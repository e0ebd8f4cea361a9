import XenstoreStream

extension LogEvent {
    /// What a reply's operation has added to that of the request.
    static let replies: Int64 = 100

    /// The operation as the archive stores it: a reply's says to which request.
    var storedOperation: Int64 {
        operation == .reply ? Self.replies + Int64(answered.rawValue) : Int64(operation.rawValue)
    }

    /// The string by which events are added up as well: the token of a watch, the word of an error;
    /// -1: none.
    var tallied: Int32 {
        operation == .watchEvent || operation == .watch || operation == .error ? detail : -1
    }

    /// The operation that a stored number means, and for a reply the request.
    static func operation(stored number: Int64) -> (operation: LogOperation, answered: LogOperation)? {
        if number > replies {
            return UInt8(exactly: number - replies).flatMap(LogOperation.init(rawValue:)).map { (.reply, $0) }
        }
        return UInt8(exactly: number).flatMap(LogOperation.init(rawValue:)).map { ($0, .none) }
    }
}
