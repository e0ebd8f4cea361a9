import XenstoreAnalysis
import XenstoreStream

/// A diff as people read it.
enum DiffText {
    static func print(_ changes: [Change], old: String, new: String) {
        guard !changes.isEmpty else { return }
        Standard.print("--- \(Escape.printable(old))")
        Standard.print("+++ \(Escape.printable(new))")
        var section = ""
        for change in changes {
            let heading = heading(change.kind)
            if heading != section {
                Standard.print("\n\(heading)")
                section = heading
            }
            Standard.print(line(change))
        }
        Standard.print("\n" + DiffStatistics(changes).sentence)
    }

    /// `M<tab>node<tab>/path`.
    static func nameStatus(_ change: Change) -> String {
        let letter =
            switch change.action {
            case .added: "A"
            case .removed: "D"
            case .changed: "M"
            }
        return "\(letter)\t\(change.kind.rawValue)\t\(name(change))"
    }

    static func heading(_ kind: Change.Kind) -> String {
        switch kind {
        case .header: "Header"
        case .global: "Global data"
        case .quota: "Quotas"
        case .domain: "Domains"
        case .connection: "Connections"
        case .watch: "Watches"
        case .transaction: "Transactions"
        case .node, .perms: "Nodes"
        case .record: "Records of unknown types"
        }
    }

    /// One change: a sign, the name, and for each value that differs old → new.
    private static func line(_ change: Change) -> String {
        switch change.action {
        case .added: "+ " + name(change) + detail(change)
        case .removed: "- " + name(change) + detail(change)
        case .changed: "~ " + name(change) + ": " + detail(change)
        }
    }

    /// What the thing was or is, or each value that differs.
    static func detail(_ change: Change) -> String {
        switch change.action {
        case .added: description(change.new)
        case .removed: description(change.old)
        case .changed:
            change.differences.map { difference in
                let label = difference.name == "value" ? "" : difference.name.replacingUnderscores() + " "
                return label + "\(text(difference.old)) → \(text(difference.new))"
            }.joined(separator: "; ")
        }
    }

    /// What tells the thing from others of its kind.
    static func name(_ change: Change) -> String {
        var identity = change.identity.map { "\($0.name.replacingUnderscores()) \(text($0.value))" }
        switch change.kind {
        case .header: return "header"
        case .global: return "global data"
        case .node, .perms: break
        default: if let domid = change.domid { identity.insert("domain \(domid)", at: 0) }
        }
        let path = change.path.map { $0.isEmpty ? "\"\"" : Escape.printable($0) }
        switch (path, identity.isEmpty) {
        case (let path?, true): return path
        case (let path?, false): return "\(path) (\(identity.joined(separator: ", ")))"
        case (nil, _): return identity.joined(separator: ", ")
        }
    }

    /// All values of a thing that came or went; those that say nothing left out.
    private static func description(_ attributes: [Attribute]?) -> String {
        var parts: [String] = []
        for attribute in attributes ?? [] {
            switch (attribute.name, attribute.value) {
            case ("value", let value): parts.append(" = " + text(value))
            case ("perms", let value): parts.append(" (" + text(value) + ")")
            case (_, .none), (_, .data([])), (_, .integer(0)), (_, .unsigned(0)): break
            case (let name, let value): parts.append(", \(name.replacingUnderscores()) \(text(value))")
            }
        }
        return parts.joined()
    }

    private static func text(_ value: Attribute.Value) -> String {
        switch value {
        case .none: "none"
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .text(let text): Escape.printable(text)
        case .octets(let octets): Escape.quoted(octets)
        case .data(let octets): octets.isEmpty ? "no bytes" : "\(octets.count) bytes (\(Escape.hex(octets.prefix(8)))\(octets.count > 8 ? "..." : ""))"
        }
    }
}

extension String {
    fileprivate func replacingUnderscores() -> String {
        String(map { $0 == "_" ? "-" : $0 })
    }
}
