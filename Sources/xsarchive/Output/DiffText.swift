import ArgumentParser
import XenstoreAnalysis
import XenstoreStream

/// A diff as text.
enum DiffText {
    /// How the changes are grouped.
    enum Order: String, CaseIterable, ExpressibleByArgument {
        case kind, domain
    }

    /// - Parameter domains: the domains' names, to group by the domain that a change concerns; nil:
    ///   group by kind.
    static func print(_ changes: [Change], old: String, new: String, domains: DomainNames? = nil) {
        guard !changes.isEmpty else { return }
        Console.print(Style.heading("--- \(Escape.printable(old))"))
        Console.print(Style.heading("+++ \(Escape.printable(new))"))
        for (heading, changes) in domains.map({ sections(changes, $0) }) ?? sections(changes) {
            Console.print("\n" + Style.group(heading))
            for change in changes { Console.print(line(change, namesKind: domains != nil)) }
        }
        Console.print("\n" + DiffStatistics(changes).sentence)
    }

    /// The changes by kind, in the order of a diff.
    private static func sections(_ changes: [Change]) -> [(heading: String, changes: [Change])] {
        var sections: [(heading: String, changes: [Change])] = []
        for change in changes {
            if sections.last?.heading != heading(change.kind) { sections.append((heading(change.kind), [])) }
            sections[sections.count - 1].changes.append(change)
        }
        return sections
    }

    /// The changes by the domain that they concern; the host's come first.
    private static func sections(_ changes: [Change], _ names: DomainNames) -> [(heading: String, changes: [Change])] {
        let groups = Dictionary(grouping: changes) { $0.concernedDomid.map(Int.init) ?? -1 }
        return groups.sorted { $0.key < $1.key }.map { domid, changes in
            (domid < 0 ? "Host" : "Domain \(domid)" + (names[UInt16(domid)].map { " \($0)" } ?? ""), changes)
        }
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

    /// One change: a sign, the name, and each value that differs as old → new.
    /// - Parameter namesKind: whether to print the kind too, except for a node.
    private static func line(_ change: Change, namesKind: Bool) -> String {
        let isPlain = [.node, .perms, .header, .global].contains(change.kind)
        let name = (namesKind && !isPlain ? change.kind.rawValue + " " : "") + name(change)
        switch change.action {
        case .added: return Style.added("+ " + name + detail(change))
        case .removed: return Style.removed("- " + name + detail(change))
        case .changed:
            return Style.changed("~ ") + name + ": " + differences(change, old: Style.removed, new: Style.added)
        }
    }

    /// All values of an added or removed item, or each value that differs.
    static func detail(_ change: Change) -> String {
        switch change.action {
        case .added: description(change, change.new)
        case .removed: description(change, change.old)
        case .changed: differences(change)
        }
    }

    private static func differences(_ change: Change, old: Style? = nil, new: Style? = nil) -> String {
        change.differences.map { difference in
            let label = difference.name == "value" ? "" : difference.name.replacingUnderscores() + " "
            let (before, after) = (text(difference.old), text(difference.new))
            return label + "\(old?(before) ?? before) → \(new?(after) ?? after)"
        }.joined(separator: "; ")
    }

    /// What identifies the item among others of its kind.
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

    /// All values of an added or removed item, without those that are empty or part of its name.
    private static func description(_ change: Change, _ attributes: [Attribute]?) -> String {
        var parts: [String] = []
        for attribute in attributes ?? [] {
            if change.identity.contains(attribute) || (change.kind == .connection && attribute.name == "domid") {
                continue
            }
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
        case .data(let octets):
            octets.isEmpty
                ? "no bytes"
                : "\(octets.count) bytes (\(Hexadecimal.text(octets.prefix(8)))\(octets.count > 8 ? "..." : ""))"
        }
    }
}

extension String {
    fileprivate func replacingUnderscores() -> String {
        String(map { $0 == "_" ? "-" : $0 })
    }
}
