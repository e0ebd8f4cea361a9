import XenstoreStream

/// Paths that requests were about.
final class ReplayTouched {
    private var paths: Set<Octets> = []
    private var hasAll = false

    /// - Parameter path: nil: the whole store.
    func add(_ path: Octets?) {
        if let path { paths.insert(path) } else { hasAll = true }
    }

    /// Whether one of the requests may have changed what is at a path.
    func has(_ path: Octets) -> Bool {
        hasAll || paths.contains { Self.concerns($0, path) }
    }

    /// Whether a request about one path may change what is at another: below it, or above it, as
    /// parents are made.
    static func concerns(_ asked: Octets, _ path: Octets) -> Bool {
        Path.isAtOrBelow(path, asked) || Path.isAtOrBelow(asked, path)
    }
}
