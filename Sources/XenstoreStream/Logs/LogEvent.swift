/// One record of a log, or a line that is none, with what the log as a whole says about it.
/// -1 is nothing, or not known.
package struct LogEvent: Equatable, Sendable {
    /// The bytes in the file, with the newline.
    package var offset: Int
    package var count: Int32
    package var lineCount: Int32
    /// Milliseconds since 1970; `LogEvent.noTime`: not known.
    package var time: Int64
    package var operation: LogOperation
    /// Of a reply: to which request.
    package var answered: LogOperation
    package var shape: LogShape
    /// The transaction's id; 0: outside any.
    package var tid: Int64 = -1
    /// Indexes of the connection, the transaction, the path.
    package var connection: Int32 = -1
    package var transaction: Int32 = -1
    package var path: Int32 = -1
    /// Index of the string that follows the path: not of a value that is written.
    package var detail: Int32 = -1
    /// Index of the string with the line as it is, or of syslog's prefix.
    package var raw: Int32 = -1
    /// Where in the record the value is that is written.
    package var valueStart: Int32 = -1
    package var valueCount: Int32 = -1
    package var isValueEscaped = false
    /// 0: it succeeded; n: it failed with the string n - 1.
    package var outcome: Int32 = -1
    /// Of a watch event, the change that caused it; of an error or a reply, the request.
    package var cause: Int32 = -1

    package static let noTime = Int64.min

    /// The bytes in the file.
    package var range: Range<Int> {
        offset..<offset + Int(count)
    }
}
