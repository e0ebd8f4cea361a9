import XenstoreStream

/// What an image must cover, or an archive hold, so that a named query applies to it.
public enum QueryNeed: Hashable, Sendable {
    /// All nodes of a host, and its domains if the image has connections.
    case wholeHost
    /// All nodes of some part of the tree: an image of selected nodes cannot say what is missing.
    case coveredNodes
    /// Something of a kind.
    case kind(Coverage.Kind)
    /// A log in the archive, whatever its images are.
    case log

    /// Reads the name in a query's header; nil if nothing has this name.
    init?(_ name: String) {
        if let need = Self.all.first(where: { $0.name == name }) { self = need } else { return nil }
    }

    /// The name in a query's header and in sentences.
    public var name: String {
        switch self {
        case .wholeHost: "the whole host"
        case .coveredNodes: "covered nodes"
        case .kind(let kind): kind.name
        case .log: "a log"
        }
    }

    private static let all: [QueryNeed] = [.wholeHost, .coveredNodes, .log] + Coverage.Kind.allCases.map { .kind($0) }
}
