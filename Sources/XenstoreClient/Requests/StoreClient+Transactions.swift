import XenstoreStream

extension StoreClient {
    /// Begins a transaction (TRANSACTION_START).
    /// - Returns: its number, which is not 0.
    /// - Throws: `StoreError`.
    public func startTransaction() throws(StoreError) -> UInt32 {
        let request = StoreRequest(.transactionStart, [[]])
        let reply = try ask(request)
        guard let number = UInt32(text(reply)), number != 0 else {
            throw StoreError(.badReply("a transaction without a number"), request: request.kind, subject: [])
        }
        return number
    }

    /// Ends a transaction (TRANSACTION_END).
    /// - Parameters:
    ///   - transaction: its number.
    ///   - commits: whether its changes take effect.
    /// - Throws: `StoreError`; `EAGAIN` if it met another change and has to be done again.
    public func endTransaction(_ transaction: UInt32, commits: Bool) throws(StoreError) {
        try ask(StoreRequest(.transactionEnd, commits ? "T" : "F"), in: transaction)
    }

    /// A reply as text, without the NUL at its end.
    func text(_ reply: Octets) -> String {
        String(decoding: reply.last == ASCII.nul ? reply.dropLast() : reply, as: UTF8.self)
    }
}
