import XenstoreArchive
import XenstoreStream

/// A path to which the output is limited: with wildcards as in SQL's GLOB, or without them the path
/// and everything below it.
struct PathPattern {
    /// As the user gave it.
    let text: String

    /// Whether the text has any wildcard.
    var hasWildcards: Bool {
        text.contains { "*?[".contains($0) }
    }

    /// The path without a slash at its end.
    var path: Octets {
        let path = Octets(text.utf8)
        return path.count > 1 && path.last == ASCII.slash ? path.dropLast() : path
    }

    /// Whether a path matches as a whole, or is at or below the path.
    func matches(_ other: Octets) -> Bool {
        if hasWildcards { return Glob.matches(other, text) }
        guard other.starts(with: path) else { return false }
        return other.count == path.count || Path.isRoot(path) || other.dropFirst(path.count).first == ASCII.slash
    }
}
