/// Relates the records of a log to each other: requests and what came out of them, transactions,
/// watch events and their causes.
protocol LogPairing {
    /// The connection that a record names, which is added if it is new.
    /// - Parameters:
    ///   - name: the index of its name.
    ///   - entry: the record.
    ///   - index: the record's event, which comes next.
    ///   - scan: the log so far.
    mutating func connection(_ name: Int32, _ entry: LogEntry, _ index: Int32, _ scan: inout LogScan) -> Int32
    /// Relates the newest event to those before it.
    mutating func pair(_ index: Int32, _ scan: inout LogScan)
    /// Takes notice of a line that is no record.
    mutating func sawOther(_ line: UnsafeRawBufferPointer)
    /// Decides what only the whole log shows.
    mutating func end(_ scan: inout LogScan)
}
