/// A transaction in a log.
package struct LogTransaction: Equatable, Sendable {
    /// How a transaction ended.
    package enum Result: String, CaseIterable, Sendable {
        case commit, abort
        /// The daemon did not accept it, as something else had changed. oxenstored then tries it
        /// again, under another number.
        case conflict
    }

    package var connection: Int32
    package var tid: UInt32
    /// The first event of it, and the last one; nil if it has not ended in the log.
    package var start: Int32
    package var end: Int32?
    /// nil if the log does not say it.
    package var result: Result?
}
