import XenstoreAnalysis
import XenstoreStream

/// What a diff leaves out, in words and as JSON.
struct DiffOmissions {
    let omissions: [DiffOmission]
    /// The names of the images, as printed.
    let old: String
    let new: String

    /// - Parameter changes: the kinds of changes that are shown; what concerns no other is not
    ///   mentioned.
    init(_ omissions: [DiffOmission], old: String, new: String, shown changes: Set<Change.Kind>) {
        self.omissions = omissions.compactMap { Self.shown($0, changes) }
        (self.old, self.new) = (old, new)
    }

    private static func shown(_ omission: DiffOmission, _ changes: Set<Change.Kind>) -> DiffOmission? {
        switch omission {
        case .kinds(let kinds, let side):
            let shown = kinds.filter { !Self.changes(of: $0).isDisjoint(with: changes) }
            return shown.isEmpty ? nil : .kinds(shown, missing: side)
        case .nodes, .values, .permissions, .cutPaths:
            return changes.contains(.node) || changes.contains(.perms) ? omission : nil
        case .others: return changes.isDisjoint(with: Self.others) ? nil : omission
        case .lines: return changes.contains(.record) ? omission : nil
        }
    }

    private static let others: Set<Change.Kind> = [.global, .quota, .domain, .connection, .watch, .transaction, .node]

    private static func changes(of kind: Coverage.Kind) -> Set<Change.Kind> {
        switch kind {
        case .nodes, .permissions, .stale, .special, .pending: [.node, .perms]
        case .connections: [.connection, .global]
        case .watches: [.watch]
        case .transactions: [.transaction]
        case .quotas: [.quota, .domain]
        }
    }

    /// One line for each reason.
    var lines: [String] {
        omissions.map(line)
    }

    private func line(_ omission: DiffOmission) -> String {
        switch omission {
        case .kinds(let kinds, let side):
            let reason = side == .both ? "neither image has them" : "\(name(side)) does not have them"
            return "not compared: \(kinds.map(\.name).joined(separator: ", ")) (\(reason))"
        case .nodes(let count, let side):
            let other = side == .old ? new : old
            let nodes = count == 1 ? "1 node of \(other) is" : "\(count) nodes of \(other) are"
            return "not compared: \(nodes) outside what \(name(side)) covers"
        case .others(let count, let side):
            let other = side == .old ? new : old
            let what =
                count == 1 ? "1 other thing of \(other), which is" : "\(count) other things of \(other), which are"
            return "not compared: \(what) outside what \(name(side)) covers"
        case .values(let count):
            return "compared only as far as known: \(count == 1 ? "1 value" : "\(count) values")"
        case .permissions(let count):
            return "not compared: the permissions of \(count == 1 ? "1 node" : "\(count) nodes"), which are unknown"
        case .cutPaths(let count):
            return "not compared: \(count == 1 ? "1 node" : "\(count) nodes") with a name that xenstore-ls cut off"
        case .lines(let count):
            return "not compared: \(count == 1 ? "1 line that is" : "\(count) lines that are") no node"
        }
    }

    private func name(_ side: DiffOmission.Side) -> String {
        side == .old ? old : new
    }

    /// An object that follows the changes; nil if nothing is left out.
    var json: JSON? {
        omissions.isEmpty ? nil : .object([("not_compared", .array(omissions.map(object)))])
    }

    private func object(_ omission: DiffOmission) -> JSON {
        let (what, missing, kinds, count): (String, DiffOmission.Side?, [Coverage.Kind], Int?) =
            switch omission {
            case .kinds(let kinds, let side): ("kinds", side, kinds, nil)
            case .nodes(let count, let side): ("nodes", side, [], count)
            case .others(let count, let side): ("others", side, [], count)
            case .values(let count): ("values", nil, [], count)
            case .permissions(let count): ("permissions", nil, [], count)
            case .cutPaths(let count): ("cut_paths", nil, [], count)
            case .lines(let count): ("lines", nil, [], count)
            }
        var members: [(String, JSON)] = [("what", .string(what))]
        if !kinds.isEmpty { members.append(("kinds", .array(kinds.map { .string($0.rawValue) }))) }
        if let count { members.append(("count", .integer(Int64(count)))) }
        if let missing {
            let side = missing == .old ? "old" : missing == .new ? "new" : "both"
            members.append(("unknown_in", .string(side)))
        }
        return .object(members + [("reason", .string(line(omission)))])
    }
}
