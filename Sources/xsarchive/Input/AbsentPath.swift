import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A path that none of the images has.
enum AbsentPath {
    /// - Throws: `ArchiveError` with code `noSuchNode` that names the nearest path, if no node and
    ///   no watch of the images is at or below the path. A pattern with wildcards may match
    ///   nothing.
    static func refuse(_ pattern: PathPattern, in images: [ImageSource]) throws {
        guard !pattern.hasWildcards else { return }
        for image in images where try has(image, pattern) { return }
        let rooted = pattern.path.first == ASCII.slash ? pattern.path : [ASCII.slash] + pattern.path
        var nearest: Octets?
        for image in images where nearest == nil {
            let tree = try NodeTree(image)
            nearest = tree.node(at: rooted)?.path ?? tree.nearest(to: rooted)
        }
        let place = images.count > 1 ? "none of the images has such a node" : "the image has no such node"
        throw ArchiveError(
            .noSuchNode, "\(Escape.printable(Octets(pattern.text.utf8))): \(place)",
            suggestion: nearest.map { "did you mean \(Escape.printable($0))?" })
    }

    private static func has(_ image: ImageSource, _ pattern: PathPattern) throws -> Bool {
        var isThere = false
        try image.forEachRecord { body in
            guard !isThere else { return }
            switch body {
            case .node(let node): isThere = pattern.matches(node.path.octets)
            case .watch(let watch): isThere = pattern.matches(watch.wpath.octets)
            case .watchExtended(let watch): isThere = pattern.matches(watch.wpath.octets)
            default: break
            }
        }
        return isThere
    }
}
