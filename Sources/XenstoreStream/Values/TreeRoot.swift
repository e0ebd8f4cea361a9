/// Where the tree of an image hangs, and how that is known.
public struct TreeRoot: Hashable, Sendable {
    /// How the root is known.
    public enum Source: String, CaseIterable, Sendable {
        /// The paths in the image are absolute.
        case paths
        /// The command above a listing names it.
        case command
        /// The user said so when importing the listing.
        case option
        /// The names in a listing are those of a whole host.
        case content
        /// Nothing says it.
        case unknown
    }

    /// The path of the tree's root. It is relative if only the path in a domain's home is known,
    /// and empty if nothing is.
    public let path: Octets
    /// How it is known.
    public let source: Source

    /// A root with this path.
    public init(_ path: Octets, _ source: Source) {
        self.path = path
        self.source = source
    }

    /// The root of an image whose paths are absolute.
    public static let absolute = TreeRoot([0x2F], .paths)

    /// Whether all paths below it are absolute.
    public var isAbsolute: Bool {
        Path.isAbsolute(path)
    }
}
