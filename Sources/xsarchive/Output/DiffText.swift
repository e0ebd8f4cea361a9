import ArgumentParser
import XenstoreAnalysis
import XenstoreStream

/// A diff as text.
enum DiffText {
    /// How the changes are grouped.
    enum Order: String, CaseIterable, ExpressibleByArgument {
        case kind, domain
    }

    /// - Parameters:
    ///   - domains: the domains' names, to group by the domain that a change concerns; nil: group
    ///     by kind.
    ///   - pairs: the domains to which the diff is restricted.
    static func print(
        _ changes: [Change], old: String, new: String, domains: DomainNames? = nil, pairs: [DomainPair] = []
    ) {
        guard !changes.isEmpty else { return }
        Console.print(Style.heading("--- \(Escape.printable(old))"))
        Console.print(Style.heading("+++ \(Escape.printable(new))"))
        for pair in pairs where !pair.isSame {
            Console.print(Style.heading("domain \(pair.old) of the older image as domain \(pair.new) of the newer one"))
        }
        for (heading, changes) in domains.map({ sections(changes, $0) }) ?? sections(changes) {
            Console.print("\n" + Style.group(heading))
            for change in changes {
                Console.print(line(change, namesKind: domains != nil))
                for line in ChangeAuthorText.lines(change.authors) { Console.print("    " + Style.dim(line)) }
            }
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
            let older = changes.first?.pair.map { $0.isSame ? "" : " (\($0.old) in the older image)" } ?? ""
            let name = names[UInt16(clamping: domid)].map { " \($0)" } ?? ""
            return (domid < 0 ? "Host" : "Domain \(domid)" + name + older, changes)
        }
    }

    /// `M<tab>node<tab>/path`; after another tab the name in the older image, if it is another one.
    static func nameStatus(_ change: Change) -> String {
        let letter =
            switch change.action {
            case .added: "A"
            case .removed: "D"
            case .changed: "M"
            }
        let line = "\(letter)\t\(change.kind.rawValue)\t\(name(change, in: .newer))"
        return line + (change.isRenamed ? "\t\(name(change, in: .older))" : "")
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
        case .duplicate: "Nodes that a later record with the same path replaces"
        case .residue: "Bytes that no field explains"
        case .damage: "Damaged spans"
        case .trailer: "Bytes after END"
        case .order: "Order of the records"
        }
    }

    /// One change: a sign, the name, and each value that differs as old → new.
    /// - Parameter namesKind: whether to print the kind too, except for a node.
    private static func line(_ change: Change, namesKind: Bool) -> String {
        let isPlain = [.node, .perms, .header, .global, .trailer, .order].contains(change.kind)
        let name = (namesKind && !isPlain ? change.kind.rawValue + " " : "") + name(change)
        switch change.action {
        case .added: return Style.added("+ " + name + detail(change))
        case .removed: return Style.removed("- " + name + detail(change))
        case .changed where change.kind == .order: return Style.changed("~ ") + name
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
            let note = difference.old == difference.new ? " (the same domid, but of another domain)" : ""
            return label + "\(old?(before) ?? before) → \(new?(after) ?? after)" + note
        }.joined(separator: "; ")
    }

    /// Which image's domids a name has.
    enum Naming {
        case older, newer
        /// Both where they differ, as `{37 → 38}`.
        case both
    }

    /// What identifies the item among others of its kind.
    static func name(_ change: Change, in naming: Naming = .both) -> String {
        var identity = change.identity.map { "\($0.name.replacingUnderscores()) \(text($0.value))" }
        switch change.kind {
        case .header: return "header"
        case .global: return "global data"
        case .trailer: return "bytes after END"
        case .order: return "order of the records: \(text(change.identity.first?.value ?? .none)) moved"
        case .node, .perms, .duplicate: break
        default:
            if let domid = change.domid {
                let old = String(change.oldDomid ?? domid)
                identity.insert("domain " + renamed(old, String(domid), naming), at: 0)
            }
        }
        let path = change.path.map { $0.isEmpty ? "\"\"" : Self.path(change.oldPath ?? $0, $0, naming) }
        switch (path, identity.isEmpty) {
        case (let path?, true): return path
        case (let path?, false): return "\(path) (\(identity.joined(separator: ", ")))"
        case (nil, _): return identity.joined(separator: ", ")
        }
    }

    /// A path, in which names between slashes may differ between the images.
    private static func path(_ old: Octets, _ new: Octets, _ naming: Naming) -> String {
        func names(_ path: Octets) -> [String] {
            path.split(separator: ASCII.slash, omittingEmptySubsequences: false).map { Escape.printable($0) }
        }
        guard old != new else { return Escape.printable(new) }
        return zip(names(old), names(new)).map { renamed($0, $1, naming) }.joined(separator: "/")
    }

    private static func renamed(_ old: String, _ new: String, _ naming: Naming) -> String {
        switch naming {
        case .older: old
        case .newer: new
        case .both: old == new ? new : "{\(old) → \(new)}"
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
            case ("value", .none): parts.append(", value unknown")
            case ("value", let value): parts.append(" = " + text(value))
            case ("perms", .none): break
            case ("perms", let value): parts.append(" (" + text(value) + ")")
            case ("known", .text(ValueKnowledge.unknown.rawValue)): break
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

extension Change {
    fileprivate var isRenamed: Bool {
        oldPath != nil || oldDomid != nil
    }
}

extension String {
    fileprivate func replacingUnderscores() -> String {
        String(map { $0 == "_" ? "-" : $0 })
    }
}
