import XenstoreStream

extension StoreClient {
    /// Gives the daemon a command (CONTROL).
    /// - Parameter words: the command and its arguments, like `help`.
    /// - Returns: what the daemon says, without the NUL at its end.
    /// - Throws: `StoreError`.
    public func control(_ words: String...) throws(StoreError) -> Octets {
        let reply = try ask(StoreRequest(.control, words.map { Octets($0.utf8) }))
        return reply.last == ASCII.nul ? reply.dropLast() : reply
    }

    /// The features of the daemon, or those that a domain sees (GET_FEATURE; Xen 4.22 on).
    /// - Parameter domid: the domain, of which the daemon then makes a record; nil: the daemon.
    /// - Returns: a bit for each feature.
    /// - Throws: `StoreError`; `ENOSYS` from earlier daemons.
    public func features(of domid: UInt16? = nil) throws(StoreError) -> UInt32 {
        let reply = try ask(StoreRequest(.getFeature, domid.map { [Octets("\($0)".utf8)] } ?? []))
        guard let bits = UInt32(text(reply)) else {
            throw StoreError(.badReply("features that are no number"), request: .getFeature, subject: [])
        }
        return bits
    }

    /// Sets the features that a domain may see (SET_FEATURE; Xen 4.22 on).
    /// - Parameters:
    ///   - bits: a bit for each feature.
    ///   - domid: the domain.
    /// - Throws: `StoreError`; `ENOSYS` from earlier daemons.
    public func setFeatures(_ bits: UInt32, of domid: UInt16) throws(StoreError) {
        try ask(StoreRequest(.setFeature, "\(domid)", "\(bits)"))
    }

    /// The names of all quotas (GET_QUOTA; Xen 4.22 on).
    /// - Returns: the names.
    /// - Throws: `StoreError`; `ENOSYS` from earlier daemons.
    public func quotaNames() throws(StoreError) -> [String] {
        try text(ask(StoreRequest(.getQuota, []))).split(separator: " ").map { String($0) }
    }

    /// A quota: the global one, or that of a domain (GET_QUOTA; Xen 4.22 on).
    /// - Parameters:
    ///   - name: the quota.
    ///   - domid: the domain, of which the daemon then makes a record; nil: the global quota.
    /// - Returns: its value.
    /// - Throws: `StoreError`; `ENOSYS` from earlier daemons.
    public func quota(_ name: String, of domid: UInt16? = nil) throws(StoreError) -> UInt64 {
        let words = (domid.map { ["\($0)"] } ?? []) + [name]
        let reply = try ask(StoreRequest(.getQuota, words.map { Octets($0.utf8) }))
        guard let value = UInt64(text(reply)) else {
            throw StoreError(.badReply("a quota that is no number"), request: .getQuota, subject: Octets(name.utf8))
        }
        return value
    }

    /// Sets a quota (SET_QUOTA; Xen 4.22 on).
    /// - Parameters:
    ///   - name: the quota.
    ///   - value: its value.
    ///   - domid: the domain; nil: the global quota.
    /// - Throws: `StoreError`; `ENOSYS` from earlier daemons.
    public func setQuota(_ name: String, to value: UInt64, of domid: UInt16? = nil) throws(StoreError) {
        let words = (domid.map { ["\($0)"] } ?? []) + [name, "\(value)"]
        try ask(StoreRequest(.setQuota, words.map { Octets($0.utf8) }))
    }
}
