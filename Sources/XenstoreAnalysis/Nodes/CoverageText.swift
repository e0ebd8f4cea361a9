import XenstoreArchive
import XenstoreStream

/// What an image covers and where its tree hangs, in words. Paths are escaped.
public enum CoverageText {
    /// The maximum number of paths that are listed; the rest is counted.
    private static let longest = 4

    /// The covered kinds, those with the same areas together, like `nodes, permissions below /vm`.
    public static func covered(_ coverage: Coverage) -> String {
        var groups: [(place: String, kinds: [String])] = []
        for kind in Coverage.Kind.allCases where coverage.covers(kind) {
            let place = place(coverage, kind)
            if let index = groups.firstIndex(where: { $0.place == place }) {
                groups[index].kinds.append(kind.name)
            } else {
                groups.append((place, [kind.name]))
            }
        }
        guard !groups.isEmpty else { return "nothing: what it does not have is unknown" }
        return groups.map { $0.kinds.joined(separator: ", ") + $0.place }.joined(separator: "; ")
    }

    /// The kinds of which nothing is covered; `none` if there is no such kind.
    public static func uncovered(_ coverage: Coverage) -> String {
        coverage.uncovered.isEmpty ? "none" : coverage.uncovered.map(\.name).joined(separator: ", ")
    }

    /// To what the nodes of an image are limited; nil if it covers the host's nodes.
    /// - Parameters:
    ///   - coverage: what the image covers.
    ///   - layout: the image's layout.
    ///   - isDamaged: whether the image is damaged.
    public static func limitation(_ coverage: Coverage, _ layout: Layout, isDamaged: Bool = false) -> String? {
        guard !coverage.coversHost(.nodes) else { return nil }
        let noun = noun(layout, isDamaged: isDamaged)
        return coverage.covers(.nodes)
            ? "the \(noun) covers only nodes\(place(coverage, .nodes)); what else there was is unknown"
            : "the \(noun) has only some nodes; what else there was is unknown"
    }

    /// What an image is called in sentences about what it does not cover.
    static func noun(_ layout: Layout, isDamaged: Bool) -> String {
        layout.isListing ? "listing" : isDamaged ? "damaged image" : "image"
    }

    /// A sentence about a part of a host and about a damaged image for commands that compare it;
    /// nil for a whole image, and for a listing, whose kind says it.
    /// - Parameter image: the image.
    public static func partNote(_ image: ImageSource) -> String? {
        guard image.isPart else { return nil }
        let what = image.isDamaged ? " is damaged, and covers only " : " covers only "
        return Escape.printable(image.name) + what + covered(image.coverage)
            + "; what it does not have of anything else is unknown"
    }

    /// Where a kind is covered: nothing for the whole tree.
    private static func place(_ coverage: Coverage, _ kind: Coverage.Kind) -> String {
        let areas = coverage.areas.filter { $0.kind == kind }.sorted { $0.root.lexicographicallyPrecedes($1.root) }
        let covered = areas.filter(\.isCovered)
        let exceptions = areas.filter { !$0.isCovered }
        var text = ""
        if covered != [Coverage.Area(kind)] {
            let whole = covered.filter(\.includesRoot).map(\.root)
            let below = covered.filter { !$0.includesRoot }.map(\.root)
            let parts = [(" at and below ", whole), (" below ", below)].filter { !$0.1.isEmpty }
            text = parts.map { $0.0 + list($0.1) }.joined(separator: " and")
        }
        if !exceptions.isEmpty { text += ", except what is below " + list(exceptions.map(\.root)) }
        return text
    }

    private static func list(_ paths: [Octets]) -> String {
        let names = paths.prefix(longest).map { $0.isEmpty ? "an unknown root" : Escape.printable($0) }
        let rest = paths.count - names.count
        return names.joined(separator: ", ") + (rest == 0 ? "" : " and \(rest) more")
    }

    /// The root of an image, like `/vm, named by the command`.
    public static func root(_ root: TreeRoot) -> String {
        let path = Escape.printable(root.path)
        switch root.source {
        case .paths where root.isAbsolute: return path
        case .command where root.isAbsolute: return "\(path), named by the command above the listing"
        case .option where root.isAbsolute: return "\(path), given at import"
        case .content where root.isAbsolute: return "\(path), by the names in the listing"
        default: return root.path.isEmpty ? "unknown" : "\(path) below an unknown directory"
        }
    }

    /// A sentence about the root for commands that print paths; nil if the paths are those of a
    /// host from its root on.
    public static func rootNote(_ name: String, _ root: TreeRoot) -> String? {
        if root.isAbsolute && root.path.count == 1 { return nil }
        let name = Escape.printable(name)
        if root.isAbsolute { return "\(name): the tree begins at \(Self.root(root))" }
        return root.path.isEmpty
            ? "\(name): where the tree begins is unknown; its paths are relative"
            : "\(name): the tree begins at \(Self.root(root)); its paths are relative"
    }
}
