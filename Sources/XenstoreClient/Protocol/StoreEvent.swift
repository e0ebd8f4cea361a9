import XenstoreStream

/// What a watch reports: something changed at or below the watched path.
///
/// An event has no value, no kind and no time: xenstore.txt, "WATCH_EVENT".
public struct StoreEvent: Hashable, Sendable {
    /// The path that changed, or a special one like `@releaseDomain`.
    public let path: Octets
    /// The string that identifies the watch.
    public let token: Octets

    /// An event.
    /// - Parameters:
    ///   - path: the path that changed.
    ///   - token: the string that identifies the watch.
    public init(path: Octets, token: Octets) {
        self.path = path
        self.token = token
    }

    /// Nil if the payload is not two strings, each with its NUL.
    init?(payload: Octets) {
        let strings = payload.split(separator: ASCII.nul, omittingEmptySubsequences: false)
        guard strings.count >= 3, strings.last?.isEmpty == true, !strings[0].isEmpty else { return nil }
        self.init(path: Octets(Array(strings[0])), token: Octets(Array(strings[1])))
    }
}
