/// One record of a log as it is read, or a line that is none; its parts are places in the bytes.
package struct LogEntry: Equatable, Sendable {
    /// The bytes, with the newline that ends them.
    package var range: Range<Int>
    /// How many lines that is: values in a trace log may have newlines.
    package var lineCount = 1
    /// Milliseconds since 1970; nil if the log does not say the time.
    package var time: Int64?
    package var operation = LogOperation.none
    /// The name of the connection; empty if the daemon acts by itself, nil if there is none.
    package var connection: Range<Int>?
    /// The domain that the record itself names as that of the connection.
    package var domid: UInt16?
    /// The transaction that the record names; 0: it says that there is none.
    package var tid: UInt32?
    package var path: LogText?
    /// What follows the path, or all that follows the operation if that has no path.
    package var detail: LogText?
    /// Of a reply in a trace log: to which request.
    package var answered = LogOperation.none
    /// What is before the record's own bytes, in a log that syslog wrote.
    package var prefix: Range<Int>?
    package var shape = LogShape()

    init(_ range: Range<Int>) {
        self.range = range
    }
}
