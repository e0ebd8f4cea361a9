import XenstoreArchive
import XenstoreStream

/// Decides which differences between two images only come from what one of them does not say.
struct DiffCoverage {
    private let old: Coverage
    private let new: Coverage
    private let hasListing: Bool
    /// Whether every difference is one: both images cover the same.
    let isSame: Bool
    /// The domids of the older image.
    private let olderDomids: DomainMapping
    /// The domids of the newer image.
    private let newerDomids: DomainMapping
    private var outside = (old: 0, new: 0)
    private var others = (old: 0, new: 0)
    private var values = 0
    private var permissions = 0
    private var lines = 0
    private var cutPaths = 0

    /// - Parameter pairs: the domains that are the same domain under two domids.
    init(_ old: ImageSource, _ new: ImageSource, _ pairs: [DomainPair]) {
        newerDomids = DomainMapping(pairs)
        olderDomids = DomainMapping(pairs.map { DomainPair(old: $0.new, new: $0.old) })
        self.old = old.coverage
        self.new = new.coverage
        hasListing = old.format.layout.isListing || new.format.layout.isListing
        isSame = !hasListing && Set(old.coverage.areas) == Set(new.coverage.areas)
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
        case (.residue, _), (.damage, _), (.trailer, _), (.order, _): return change
        case (.record, _) where hasListing:
            lines += 1
            return nil
        case (.node, .changed), (.perms, .changed): return known(change)
        case (.connection, .changed): return withoutBuffers(change)
        case (_, .changed): return change
        case (.node, .added) where Self.hasCutPath(change.new), (.node, .removed) where Self.hasCutPath(change.old):
            cutPaths += 1
            return nil
        case (.node, .added), (.duplicate, .added):
            return Self.covers(change, old, path: olderPath(change), olderDomids) ? change : leaveOut(change, \.old)
        case (.node, .removed), (.duplicate, .removed):
            return Self.covers(change, new, path: newerPath(change), newerDomids) ? change : leaveOut(change, \.new)
        case (_, .added):
            return Self.covers(change, old, domid: change.domid.map { olderDomids[$0] ?? $0 })
                ? change : leaveOut(change, \.old)
        case (_, .removed):
            return Self.covers(change, new, domid: change.domid.map { newerDomids[$0] ?? $0 })
                ? change : leaveOut(change, \.new)
        }
    }

    private static func hasCutPath(_ attributes: [Attribute]?) -> Bool {
        attributes?.contains { $0.name == "path_known" } ?? false
    }

    private mutating func leaveOut(_ change: Change, _ side: WritableKeyPath<(old: Int, new: Int), Int>) -> Change? {
        // What belongs to a kind of which nothing is covered is named by its kind.
        let coverage = side == \.old ? old : new
        if change.kind == .node && change.identity.isEmpty, let path = change.path, !Path.isSpecial(path) {
            outside[keyPath: side] += 1
        } else if let kind = Self.kind(change), coverage.covers(kind) {
            others[keyPath: side] += 1
        }
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

    /// Whether an image that does not have a node covers it. A pending node is covered like the
    /// connection of its transaction.
    private static func covers(
        _ change: Change, _ coverage: Coverage, path: Octets?, _ domids: DomainMapping
    ) -> Bool {
        guard change.identity.isEmpty else {
            let connection = change.identity.first { $0.name == "conn_domid" }?.value
            guard case .unsigned(let number)? = connection, let domid = UInt16(exactly: number) else {
                return coverage.covers(.pending, domid: nil)
            }
            return coverage.covers(.pending, domid: domids[domid] ?? domid)
        }
        guard let path, !Path.isSpecial(path) else { return coverage.covers(.special) }
        return coverage.covers(.nodes, path)
    }

    /// Whether an image that does not have an item covers it.
    private static func covers(_ change: Change, _ coverage: Coverage, domid: UInt16?) -> Bool {
        guard let kind = kind(change) else { return true }
        return coverage.covers(kind, domid: domid)
    }

    /// What has to be covered so that an item which is missing was not there; nil if it needs
    /// nothing.
    private static func kind(_ change: Change) -> Coverage.Kind? {
        switch change.kind {
        case .global, .connection: .connections
        case .watch: .watches
        case .transaction: .transactions
        case .quota, .domain: .quotas
        case .node, .perms, .duplicate: change.identity.isEmpty ? .nodes : .pending
        case .header, .record, .residue, .damage, .trailer, .order: nil
        }
    }

    private static let buffers: Set<String> = ["in_data", "out_data", "out_resp_len"]

    /// A changed connection without the buffers that an image does not cover, and so has empty; nil
    /// if nothing else differs.
    private func withoutBuffers(_ change: Change) -> Change? {
        var change = change
        let older = change.domid.map { olderDomids[$0] ?? $0 }
        if !old.covers(.pending, domid: older) && Self.hasEmptyBuffers(change.old)
            || !new.covers(.pending, domid: change.domid) && Self.hasEmptyBuffers(change.new)
        {
            change.ignored = Self.buffers
        }
        return change.differences.isEmpty ? nil : change
    }

    private static func hasEmptyBuffers(_ attributes: [Attribute]?) -> Bool {
        (attributes ?? []).allSatisfy { attribute in
            guard buffers.contains(attribute.name), case .data(let buffer) = attribute.value else { return true }
            return buffer.isEmpty
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
        if others.old > 0 { omissions.append(.others(others.old, outside: .old)) }
        if others.new > 0 { omissions.append(.others(others.new, outside: .new)) }
        if values > 0 { omissions.append(.values(values)) }
        if permissions > 0 { omissions.append(.permissions(permissions)) }
        if cutPaths > 0 { omissions.append(.cutPaths(cutPaths)) }
        if lines > 0 { omissions.append(.lines(lines)) }
        return omissions
    }
}
