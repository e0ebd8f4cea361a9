import XenstoreAnalysis
import XenstoreArchive

/// The numbers of added, removed and changed items by kind. A node whose permissions alone changed
/// counts as a node.
struct DiffStatistics {
    private struct Row {
        var added = 0
        var removed = 0
        var changed = 0
        var onlyPerms = 0
    }

    private var rows: [Change.Kind: Row] = [:]

    init(_ changes: [Change]) {
        for change in changes {
            let kind = change.kind == .perms ? .node : change.kind
            switch change.action {
            case .added: rows[kind, default: Row()].added += 1
            case .removed: rows[kind, default: Row()].removed += 1
            case .changed: rows[kind, default: Row()].changed += 1
            }
            if change.kind == .perms { rows[kind, default: Row()].onlyPerms += 1 }
        }
    }

    private var kinds: [Change.Kind] {
        Change.Kind.allCases.filter { rows[$0] != nil }
    }

    func print(format: OutputFormat) {
        var table = Table(columns: ["kind", "added", "removed", "changed", "perms_only"], format: format)
        for kind in kinds {
            let row = rows[kind, default: Row()]
            table.add([
                .string(kind.rawValue), .integer(Int64(row.added)), .integer(Int64(row.removed)),
                .integer(Int64(row.changed)),
                kind == .node ? .integer(Int64(row.onlyPerms)) : .null,
            ])
        }
        table.finish()
    }

    /// Like `1 node removed, 4 changed; 1 watch added`.
    var sentence: String {
        kinds.map { kind in
            let row = rows[kind, default: Row()]
            var counts: [(Int, String)] = [(row.added, "added"), (row.removed, "removed"), (row.changed, "changed")]
            counts.removeAll { $0.0 == 0 }
            return counts.enumerated().map { index, count in
                index == 0 ? "\(count.0) \(kind.noun(count.0)) \(count.1)" : "\(count.0) \(count.1)"
            }.joined(separator: ", ")
        }.joined(separator: "; ")
    }
}

extension Change.Kind {
    fileprivate func noun(_ count: Int) -> String {
        switch self {
        case .watch: count == 1 ? "watch" : "watches"
        case .global: "global data"
        case .damage: count == 1 ? "damaged span" : "damaged spans"
        case .duplicate: count == 1 ? "replaced node" : "replaced nodes"
        case .order: "order of records"
        default: count == 1 ? rawValue : rawValue + "s"
        }
    }
}
