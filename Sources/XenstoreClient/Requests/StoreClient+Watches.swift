import XenstoreStream

extension StoreClient {
    /// Watches a path and everything below it (WATCH). The first event comes at once.
    /// - Parameters:
    ///   - path: the path, or a special one like `@releaseDomain`.
    ///   - token: the string that identifies the watch; a short one, as an event that does not fit
    ///     a message is never sent.
    ///   - depth: how far below the path it fires; nil: without a limit. Only daemons from Xen 4.22
    ///     on know it, others reply `EINVAL`.
    /// - Throws: `StoreError`; `EEXIST` if the connection has this watch.
    public func watch(_ path: Octets, token: Octets, depth: Int? = nil) throws(StoreError) {
        let limit = depth.map { [Octets(String($0).utf8)] } ?? []
        try ask(StoreRequest(.watch, [path, token] + limit))
    }

    /// Ends a watch (UNWATCH).
    /// - Parameters:
    ///   - path: the path of the watch.
    ///   - token: its token.
    /// - Throws: `StoreError`; `ENOENT` if there is no such watch.
    public func unwatch(_ path: Octets, token: Octets) throws(StoreError) {
        try ask(StoreRequest(.unwatch, [path, token]))
    }

    /// Ends all watches and transactions of the connection (RESET_WATCHES).
    /// - Throws: `StoreError`.
    public func resetWatches() throws(StoreError) {
        try ask(StoreRequest(.resetWatches, [[]]))
    }
}
