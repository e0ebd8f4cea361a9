/// An open transaction (xenstore-migration.md, "TRANSACTION_DATA").
///
///      0    1    2    3   byte
///     +-------------------+
///     | conn-id           |
///     +-------------------+
///     | tx-id             |
///     +-------------------+
public struct TransactionData: RecordFields {
    package static let type = RecordType.transactionData

    /// The connection that opened the transaction.
    public var connID: UInt32
    /// The id that TRANSACTION_START gave to the connection.
    public var txID: UInt32

    /// A record with these fields.
    public init(connID: UInt32 = 0, txID: UInt32 = 0) {
        self.connID = connID
        self.txID = txID
    }

    /// A record with empty fields.
    public init() {
        self.init(connID: 0)
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connID, &connID)
        try visitor.integer(.txID, &txID)
    }

    package static let samples = [TransactionData(connID: 1, txID: 7)]
}
