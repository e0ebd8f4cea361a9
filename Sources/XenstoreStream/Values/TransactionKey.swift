/// What identifies a transaction within an image: a tx-id is unique only within its connection.
package struct TransactionKey: Hashable, Sendable {
    package let connID: UInt32
    package let txID: UInt32

    package init(connID: UInt32, txID: UInt32) {
        self.connID = connID
        self.txID = txID
    }
}
