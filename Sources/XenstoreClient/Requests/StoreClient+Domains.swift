import XenstoreStream

extension StoreClient {
    /// Whether a domain is introduced: the daemon serves its ring (IS_DOMAIN_INTRODUCED).
    /// - Parameter domid: the domain.
    /// - Throws: `StoreError`.
    public func isIntroduced(_ domid: UInt16) throws(StoreError) -> Bool {
        try truth(ask(StoreRequest(.isDomainIntroduced, "\(domid)")), .isDomainIntroduced, "\(domid)")
    }

    /// `T` or `F` as a truth value.
    func truth(_ reply: Octets, _ kind: StoreRequest.Kind, _ subject: String) throws(StoreError) -> Bool {
        switch text(reply) {
        case "T": return true
        case "F": return false
        default: throw StoreError(.badReply("neither T nor F"), request: kind, subject: Octets(subject.utf8))
        }
    }

    /// The home of a domain, which need not exist (GET_DOMAIN_PATH).
    /// - Parameter domid: the domain.
    /// - Returns: the path.
    /// - Throws: `StoreError`.
    public func domainPath(_ domid: UInt16) throws(StoreError) -> Octets {
        let reply = try ask(StoreRequest(.getDomainPath, "\(domid)"))
        return reply.last == ASCII.nul ? reply.dropLast() : reply
    }

    /// Connects the ring of a domain to the daemon (INTRODUCE).
    /// - Parameters:
    ///   - domid: the domain.
    ///   - frame: the frame number of its ring.
    ///   - port: the event channel on which it listens.
    /// - Throws: `StoreError`.
    public func introduce(_ domid: UInt16, frame: UInt64, port: UInt32) throws(StoreError) {
        try ask(StoreRequest(.introduce, "\(domid)", "\(frame)", "\(port)"))
    }

    /// Disconnects a domain (RELEASE).
    /// - Parameter domid: the domain.
    /// - Throws: `StoreError`.
    public func release(_ domid: UInt16) throws(StoreError) {
        try ask(StoreRequest(.release, "\(domid)"))
    }

    /// Says that a domain runs again after it was suspended (RESUME).
    /// - Parameter domid: the domain.
    /// - Throws: `StoreError`.
    public func resume(_ domid: UInt16) throws(StoreError) {
        try ask(StoreRequest(.resume, "\(domid)"))
    }

    /// Gives a domain the rights of another one (SET_TARGET).
    /// - Parameters:
    ///   - target: the domain for which the other acts.
    ///   - domid: the domain that acts, such as a stub domain.
    /// - Throws: `StoreError`.
    public func setTarget(_ target: UInt16, of domid: UInt16) throws(StoreError) {
        try ask(StoreRequest(.setTarget, "\(domid)", "\(target)"))
    }
}
