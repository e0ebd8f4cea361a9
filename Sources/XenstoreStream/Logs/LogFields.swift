/// What is in a line before its path and its detail.
package struct LogFields {
    package var operation: LogOperation
    package var time: Int64?
    /// The name of the connection.
    package var connection: UnsafeRawBufferPointer?
    package var domid: UInt16?
    package var tid: UInt32?
    /// Of a reply: to which request.
    package var answered: LogOperation
    package var shape: LogShape

    package init(
        _ operation: LogOperation, time: Int64?, connection: UnsafeRawBufferPointer?, domid: UInt16?, tid: UInt32?,
        answered: LogOperation, shape: LogShape
    ) {
        self.operation = operation
        self.time = time
        self.connection = connection
        self.domid = domid
        self.tid = tid
        self.answered = answered
        self.shape = shape
    }
}
