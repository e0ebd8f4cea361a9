import XenstoreStream

/// One record of a log, as far as it matters to what the store is.
struct ReplayEvent {
    /// The number of its line in the log.
    let position: Int64
    /// Milliseconds since 1970, UTC; nil: the record has no time.
    let time: Int64?
    let operation: LogOperation
    let connection: LogClient?
    /// 0: outside of a transaction; nil: not known.
    let tid: Int64?
    let transactionID: Int64?
    /// How its transaction ended.
    let result: LogTransaction.Result?
    let path: Octets?
    let value: Octets?
    let detail: Octets?
    let outcome: Outcome
    let shape: LogShape
    /// The line as it is, if it is kept.
    let line: Octets?
    let isOfLogWithReads: Bool

    /// What is known of how a request ended.
    enum Outcome: Equatable {
        case ok
        case error(Octets)
        /// It had no error that the log would have.
        case noError
        case unknown
    }
}
