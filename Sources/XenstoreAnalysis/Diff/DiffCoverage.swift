import XenstoreArchive
import XenstoreStream

/// Decides which differences between two images only come from what one of them does not say.
struct DiffCoverage {
    private let old: Coverage
    private let new: Coverage
    private let hasListing: Bool
    /// Whether every difference is one: both images are streams, which differ in what their layouts
    /// have records for, or both say the same kinds of things of the same nodes.
    private let isSame: Bool
    /// The domids of the older image.
    private let olderDomids: DomainMapping
    private var outside = (old: 0, new: 0)
    private var values = 0
    private var permissions = 0
    private var lines = 0
    private var cutPaths = 0

    /// - Parameter pairs: the domains that are the same domain under two domids.
    init(_ old: ImageSource, _ new: ImageSource, _ pairs: [DomainPair]) {
        olderDomids = DomainMapping(pairs.map { DomainPair(old: $0.new, new: $0.old) })
        self.old = old.coverage
        self.new = new.coverage
        hasListing = old.format.layout.isListing || new.format.layout.isListing
        let hasText = old.format.layout.isText || new.format.layout.isText
        isSame = !hasText || !hasListing && Set(old.coverage.areas) == Set(new.coverage.areas)
    }

    /// The changes without those that an image does not say, and without what is not known of
    /// others.
    mutating func compared(_ changes: [Change]) -> [Change] {
        isSame ? changes : changes.compactMap { compared($0) }
    }

    private mutating func compared(_ change: Change) -> Change? {
        switch (change.kind, change.action) {
        // The form of a listing is nothing of the host's.
        case (.header, _): return hasListing ? nil : change
        case (.record, _) where hasListing:
            lines += 1
            return nil
        case (.node, .changed), (.perms, .changed): return known(change)
        case (_, .changed): return change
        case (.node, .added) where Self.hasCutPath(change.new), (.node, .removed) where Self.hasCutPath(change.old):
            cutPaths += 1
            return nil
        case (.node, .added):
            return covers(change, old, path: olderPath(change)) ? change : Self.leaveOut(change, &outside.old)
        case (.node, .removed):
            return covers(change, new, path: newerPath(change)) ? change : Self.leaveOut(change, &outside.new)
        case (_, .added): return Self.covers(change.kind, old) ? change : nil
        case (_, .removed): return Self.covers(change.kind, new) ? change : nil
        }
    }

    private static func hasCutPath(_ attributes: [Attribute]?) -> Bool {
        attributes?.contains { $0.name == "path_known" } ?? false
    }

    private static func leaveOut(_ change: Change, _ count: inout Int) -> Change? {
        // Special and pending nodes are named by their kind.
        if change.identity.isEmpty, let path = change.path, !Path.isSpecial(path) { count += 1 }
        return nil
    }

    /// The path that an added node would have in the older image.
    private func olderPath(_ change: Change) -> Octets? {
        change.path.map { path in DomainPath(path).renamed { olderDomids[$0] } ?? path }
    }

    /// The path that a removed node would have in the newer image.
    private func newerPath(_ change: Change) -> Octets? {
        change.renaming?.comparedPath ?? change.path
    }

    /// Whether an image that does not have a node covers it.
    private func covers(_ change: Change, _ coverage: Coverage, path: Octets?) -> Bool {
        guard change.identity.isEmpty else { return coverage.covers(.pending) }
        guard let path, !Path.isSpecial(path) else { return coverage.covers(.special) }
        return coverage.covers(.nodes, path)
    }

    private static func covers(_ kind: Change.Kind, _ coverage: Coverage) -> Bool {
        switch kind {
        case .global, .connection: coverage.covers(.connections)
        case .watch: coverage.covers(.watches)
        case .transaction: coverage.covers(.transactions)
        case .quota, .domain: coverage.covers(.quotas)
        case .node, .perms: coverage.covers(.nodes)
        case .header, .record: true
        }
    }

    // MARK: What is known of a node

    /// A changed node without what an image does not say of it; nil if nothing known differs.
    private mutating func known(_ change: Change) -> Change? {
        var change = change
        let older = change.renaming?.compared ?? change.old ?? []
        let newer = change.new ?? []
        var ignored: Set<String> = ["known", "path_known"]
        if !permissionsDiffer(older, newer) { ignored.insert("perms") }
        if !Self.valuesDiffer(older, newer) { ignored.insert("value") }
        let isPartlyKnown = [change.old, change.new].contains { $0?.contains { $0.name == "known" } ?? false }
        if isPartlyKnown { values += 1 }
        if old.covers(.permissions) && new.covers(.permissions)
            && [older, newer].contains(where: { Self.value($0, "perms") == Attribute.Value.none })
        {
            permissions += 1
        }
        change.ignored = ignored
        let names = Set(change.differences.map(\.name))
        if names.isEmpty { return nil }
        if names == ["perms"] { change.kind = .perms }
        return change
    }

    /// Whether two lists differ in what both images say: not if one is unknown, and without the
    /// marks of stale entries if an image does not show them.
    private func permissionsDiffer(_ older: [Attribute], _ newer: [Attribute]) -> Bool {
        let (one, other) = (Self.value(older, "perms"), Self.value(newer, "perms"))
        if one == Attribute.Value.none || other == Attribute.Value.none { return false }
        guard case .text(let left)? = one, case .text(let right)? = other else { return one != other }
        if old.covers(.stale) && new.covers(.stale) { return left != right }
        return Self.withoutMarks(left) != Self.withoutMarks(right)
    }

    private static func withoutMarks(_ list: String) -> String {
        list.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.hasSuffix(staleMark) ? $0.dropLast(staleMark.count) : $0
        }.joined(separator: ",")
    }

    private static let staleMark = ":stale"

    private static func valuesDiffer(_ old: [Attribute], _ new: [Attribute]) -> Bool {
        let (one, other) = (value(old, "value"), value(new, "value"))
        if one == Attribute.Value.none || other == Attribute.Value.none { return false }
        guard case .octets(let left)? = one, case .octets(let right)? = other else { return one != other }
        switch (value(old, "known") != nil, value(new, "known") != nil) {
        case (false, false): return left != right
        case (true, false): return !right.starts(with: left)
        case (false, true): return !left.starts(with: right)
        case (true, true):
            let count = min(left.count, right.count)
            return left.prefix(count) != right.prefix(count)
        }
    }

    private static func value(_ attributes: [Attribute], _ name: String) -> Attribute.Value? {
        attributes.first { $0.name == name }?.value
    }

    // MARK: What is left out

    /// What was left out of the changes, and what neither image says.
    var omissions: [DiffOmission] {
        guard !isSame else { return [] }
        let kinds = Coverage.Kind.allCases.filter { $0 != .nodes }
        let sides: [(DiffOmission.Side, [Coverage.Kind])] = [
            (.old, kinds.filter { !old.covers($0) && new.covers($0) }),
            (.new, kinds.filter { old.covers($0) && !new.covers($0) }),
            (.both, kinds.filter { !old.covers($0) && !new.covers($0) }),
        ]
        var omissions = sides.filter { !$0.1.isEmpty }.map { DiffOmission.kinds($0.1, missing: $0.0) }
        if outside.old > 0 { omissions.append(.nodes(outside.old, outside: .old)) }
        if outside.new > 0 { omissions.append(.nodes(outside.new, outside: .new)) }
        if values > 0 { omissions.append(.values(values)) }
        if permissions > 0 { omissions.append(.permissions(permissions)) }
        if cutPaths > 0 { omissions.append(.cutPaths(cutPaths)) }
        if lines > 0 { omissions.append(.lines(lines)) }
        return omissions
    }
}
