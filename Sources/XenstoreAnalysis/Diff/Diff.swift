import XenstoreArchive
import XenstoreStream

/// The differences between two images, for every kind of record.
///
/// A connection is identified by its domid (and unique-id) or its socket, a watch by connection,
/// path and token, a transaction by connection and tx-id, a node by its path, a pending node also
/// by its transaction. Of several committed nodes with one path the last counts, as in a daemon.
public struct Diff {
    /// Ordered by kind, then by path or other identity.
    public let changes: [Change]
    /// Whether the images' bytes are the same.
    public let isIdentical: Bool
    /// What is not compared, because an image does not say it.
    public let omissions: [DiffOmission]
    /// The number of paths that several committed nodes of an image have.
    public let repeatedPaths: (old: Int, new: Int)

    /// Compares two images.
    /// - Parameters:
    ///   - old: the older image.
    ///   - new: the newer one.
    ///   - domains: the domains to compare, and under which domid each image has them; nil:
    ///     everything.
    /// - Throws: `StreamError` or `ArchiveError` if an image cannot be read.
    public init(_ old: ImageSource, _ new: ImageSource, only domains: DomainSelection? = nil) throws {
        isIdentical = old.format == new.format && old.root == new.root && old.hasSameBytes(as: new)
        let mapping = DomainMapping(domains?.pairs ?? [])
        var coverage = DiffCoverage(old, new, domains?.pairs ?? [])
        if isIdentical && mapping.isIdentity {
            changes = []
            omissions = []
            repeatedPaths = (0, 0)
            return
        }
        let (left, right): (ImageState, ImageState)
        var form: [Change] = []
        if mapping.isIdentity {
            let pair = try ImagePair(old, new)
            let residues = DiffForm.comparesResidue(old, new)
            left = try ImageState(old) { try pair.forEachOldItem(of: $0, residues: residues, $1) }
            right = try ImageState(new, comparedWith: left.uniqueIDs) {
                try pair.forEachNewItem(of: $0, residues: residues, $1)
            }
            if domains == nil { form = try DiffForm.changes(old, new, pair, left, right) }
        } else {
            // A node that both images have can be that of two domains.
            left = try ImageState(old, domains: mapping, isRenaming: true) { try Self.forEachItem(old, of: $0, $1) }
            right = try ImageState(new, comparedWith: left.uniqueIDs, domains: mapping) {
                try Self.forEachItem(new, of: $0, $1)
            }
        }
        changes = (coverage.compared(Diff.changes(left, right, domains)) + form).sorted(by: Diff.isBefore)
        omissions = coverage.omissions
        repeatedPaths = (left.repeatedPaths, right.repeatedPaths)
    }

    private static func forEachItem(
        _ image: ImageSource, of type: RecordType?, _ body: (ImagePair.Item) throws -> Void
    ) throws {
        try image.forEachRecord { record in
            if type == nil || record.type == type {
                try body(ImagePair.Item(place: 0, body: record, residue: nil))
            }
        }
    }

    private static func changes(_ left: ImageState, _ right: ImageState, _ domains: DomainSelection?) -> [Change] {
        var changes = domainChanges(left, right, domains)
        if domains == nil { changes += headerChanges(left, right) }
        func append(_ change: Change, _ old: (Identity, RecordBody)?, _ new: (Identity, RecordBody)?) {
            var change = change
            if let domains {
                change.pair = domains.pair(old: old, new: new)
                if change.pair == nil { return }
            }
            changes.append(change)
        }
        // If the layouts differ, only what both can hold is compared: the rest necessarily differs.
        let sharesLayout = left.format.layout == right.format.layout
        let matches = left.entries.map { right.index[$0.key] }
        var isMatched = Array(repeating: false, count: right.entries.count)
        for case let position? in matches { isMatched[position] = true }
        for (number, entry) in left.entries.enumerated() {
            let (key, body) = (entry.key, entry.body)
            let renamed = left.renamed[number]
            let original = renamed?.identity ?? key.identity
            guard let position = matches[number] else {
                guard right.canHold(body.type) else { continue }
                var change = change(.removed, original, old: (left, body), new: nil)
                if renamed != nil { change.renaming = Change.Renaming(comparedPath: key.identity.path) }
                append(change, (original, body), nil)
                continue
            }
            let other = right.entries[position].body
            let isForeign = renamed.map { !$0.foreignAttributes.isEmpty } ?? false
            if (renamed?.body ?? body) == other && sharesLayout && !isForeign { continue }
            var change = change(.changed, key.identity, old: (left, body), new: (right, other), renamed)
            if let renamed { change.renaming = renaming(renamed, key.identity, in: left) }
            func isCommon(_ name: String) -> Bool {
                silentWhereZero.contains(name)
                    || [change.old, change.new].allSatisfy { $0?.contains { $0.name == name } ?? false }
            }
            if change.differences.contains(where: { sharesLayout || isCommon($0.name) }) {
                append(change, (original, body), (key.identity, other))
            }
        }
        for (entry, isMatched) in zip(right.entries, isMatched) where !isMatched && left.canHold(entry.body.type) {
            let (identity, body) = (entry.key.identity, entry.body)
            append(change(.added, identity, old: nil, new: (right, body)), nil, (identity, body))
        }
        guard left.hasResidues || right.hasResidues else { return changes }
        for (entry, position) in zip(left.entries, matches) {
            let other = position.map { right.entries[$0] }
            guard entry.residue != other?.residue else { continue }
            append(
                residueChange(entry, other, left), (entry.key.identity, entry.body),
                other.map { ($0.key.identity, $0.body) })
        }
        for (entry, isMatched) in zip(right.entries, isMatched) where entry.residue != nil && !isMatched {
            append(residueChange(nil, entry, right), nil, (entry.key.identity, entry.body))
        }
        return changes
    }

    /// A change of what the fields of a record do not explain.
    private static func residueChange(
        _ old: ImageState.Entry?, _ new: ImageState.Entry?, _ state: ImageState
    ) -> Change {
        let entry = new ?? old
        let named = entry.map { change(.added, $0.key.identity, old: nil, new: (state, $0.body)) }
        let identity = [Attribute("record", .text(entry?.body.type.name ?? ""))] + (named?.identity ?? [])
        return DiffForm.change(
            .residue, path: named?.path, domid: named?.domid, identity, old?.residue.map(DiffForm.attributes),
            new?.residue.map(DiffForm.attributes))
    }

    /// How the older image has an item that the newer one has under another domid.
    private static func renaming(
        _ renamed: ImageState.Renamed, _ identity: Identity, in state: ImageState
    )
        -> Change.Renaming
    {
        let compared = attributes(renamed.body, identity, in: state).map { attribute in
            // Minus one is no attribute's value, so it differs from the newer one.
            renamed.foreignAttributes.contains(attribute.name) ? Attribute(attribute.name, .integer(-1)) : attribute
        }
        let (oldPath, path) = (renamed.identity.path, identity.path)
        let (oldDomid, domid) = (renamed.identity.domid, identity.domid)
        return Change.Renaming(
            oldPath: oldPath == path ? nil : oldPath, oldDomid: oldDomid == domid ? nil : oldDomid,
            comparedPath: path, compared: compared)
    }

    /// Attributes that every layout has, and that a change contains only if they are set.
    private static let silentWhereZero: Set<String> = [
        "access", "tx_id", "path_terminator", "wpath_terminator", "token_terminator",
    ]

    // MARK: Kinds

    private static func change(
        _ action: Change.Action, _ identity: Identity, old: (ImageState, RecordBody)?,
        new: (ImageState, RecordBody)?, _ renamed: ImageState.Renamed? = nil
    ) -> Change {
        let oldAttributes = old.map { attributes($0.1, identity, in: $0.0) }
        let newAttributes = new.map { attributes($0.1, identity, in: $0.0) }
        func make(
            _ kind: Change.Kind, path: Octets? = nil, domid: UInt16? = nil, _ identity: [Attribute] = []
        ) -> Change {
            Change(
                action: action, kind: kind, path: path, domid: domid, identity: identity, old: oldAttributes,
                new: newAttributes)
        }
        let owner = (new ?? old).flatMap { ownerDomid($0.1) }
        let isOnlyPerms = action == .changed && haveOnlyOtherPerms(renamed, old?.1, new?.1)
        switch identity {
        case .global: return make(.global)
        case .quota: return make(.quota)
        case .domain(let domid): return make(.domain, domid: domid)
        case .connection(let connection): return make(.connection, domid: connection.domid, connection.attributes)
        case .watch(let connection, let path, let token):
            return make(
                .watch, path: path, domid: connection.domid,
                connection.attributes + [Attribute("token", .octets(token))])
        case .transaction(let connection, let txID):
            return make(.transaction, domid: connection.domid, connection.attributes + [Attribute("tx_id", txID)])
        case .node(let path):
            return make(isOnlyPerms ? .perms : .node, path: path, domid: owner)
        case .replacedNode(let path): return make(.duplicate, path: path, domid: owner)
        case .pendingNode(let connection, let txID, let path):
            let of = connection.domid.map { [Attribute("conn_domid", $0)] } ?? connection.attributes
            return make(isOnlyPerms ? .perms : .node, path: path, domid: owner, of + [Attribute("tx_id", txID)])
        case .record(let type): return make(.record, [Attribute("type", type)])
        }
    }

    private static func attributes(_ body: RecordBody, _ identity: Identity, in state: ImageState) -> [Attribute] {
        var attributes = Attributes.of(body, layout: state.format.layout)
        if case .pendingNode = identity { attributes.removeAll { $0.name == "tx_id" } }
        if case .domain = identity { attributes.removeAll { $0.name == "domid" } }
        return attributes
    }

    private static func ownerDomid(_ body: RecordBody) -> UInt16? {
        if case .node(let data) = body { data.perms.first?.domid } else { nil }
    }

    private static func haveOnlyOtherPerms(
        _ renamed: ImageState.Renamed?, _ old: RecordBody?, _ new: RecordBody?
    ) -> Bool {
        guard case .node(var old)? = renamed?.body ?? old, case .node(let new)? = new else { return false }
        old.perms = new.perms
        return old == new && renamed?.foreignAttributes.contains("value") != true
    }

    private static func headerChanges(_ left: ImageState, _ right: ImageState) -> [Change] {
        func attributes(_ state: ImageState) -> [Attribute] {
            [
                Attribute("version", state.header.map { .unsigned(UInt64($0.version)) } ?? .none),
                Attribute("flags", state.header.map { .unsigned(UInt64($0.flags)) } ?? .none),
                Attribute("layout", .text(state.format.layout.rawValue)),
            ]
        }
        let (old, new) = (attributes(left), attributes(right))
        guard old != new else { return [] }
        return [Change(action: .changed, kind: .header, path: nil, domid: nil, identity: [], old: old, new: new)]
    }

    /// Quotas, and domids with another unique-id, of all domains or of those to compare.
    private static func domainChanges(
        _ left: ImageState, _ right: ImageState, _ domains: DomainSelection?
    ) -> [Change] {
        let changes = quotaChanges(left, right) + replacedDomains(left, right)
        guard let domains else { return changes }
        return changes.compactMap { change in
            guard let pair = domains.pairs.first(where: { $0.new == change.domid }) else { return nil }
            var change = change
            change.pair = pair
            if !pair.isSame { change.renaming = Change.Renaming(oldDomid: pair.old) }
            return change
        }
    }

    private static func quotaChanges(_ left: ImageState, _ right: ImageState) -> [Change] {
        var changes: [Change] = []
        for identity in Set(left.quotas.keys).union(right.quotas.keys) {
            let (old, new) = (left.quotas[identity], right.quotas[identity])
            guard old != new, case .quota(let scope, let name) = identity else { continue }
            guard left.canHold(.globalQuotaData) && right.canHold(.globalQuotaData) else { continue }
            var domid: UInt16?
            if case .domain(let domain) = scope {
                domid = domain
                // The quotas of an added or removed domain add nothing to the domain's own change.
                let key = ImageState.Key(identity: .domain(domain), occurrence: 0)
                if left.index[key] == nil || right.index[key] == nil { continue }
            }
            let action: Change.Action = old == nil ? .added : new == nil ? .removed : .changed
            changes.append(
                Change(
                    action: action, kind: .quota, path: nil, domid: domid,
                    identity: [Attribute("name", .octets(name)), Attribute("scope", .text(scope.name))],
                    old: old.map { [Attribute("value", $0)] }, new: new.map { [Attribute("value", $0)] }))
        }
        return changes
    }

    /// Domids whose unique-id has changed: they now belong to another domain.
    private static func replacedDomains(_ left: ImageState, _ right: ImageState) -> [Change] {
        left.uniqueIDs.compactMap { domid, old in
            guard let new = right.uniqueIDs[domid], new != old else { return nil }
            return Change(
                action: .changed, kind: .domain, path: nil, domid: domid, identity: [],
                old: [Attribute("unique_id", old)], new: [Attribute("unique_id", new)])
        }
    }
}

extension ImageState {
    /// Whether the image's layout has this type of record. Every layout has watches with a depth,
    /// as they can also be written without one.
    fileprivate func canHold(_ type: RecordType) -> Bool {
        !type.isKnown || type == .watchDataExtended || type <= format.layout.lastRecordType
    }
}

extension QuotaScope {
    fileprivate var name: String {
        switch self {
        case .host: "host"
        case .domainDefault: "default"
        case .domain: "domain"
        }
    }
}
