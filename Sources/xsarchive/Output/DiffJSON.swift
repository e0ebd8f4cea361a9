import XenstoreAnalysis
import XenstoreStream

/// A change as a JSON object: change, kind, path, domid, owner (of a node), concerns (the domain
/// that it is about), the other members of its identity, old and new. If two domids are compared as
/// one domain: the pair, and the path in the older image.
/// With --who also who made it.
enum DiffJSON {
    static func object(_ change: Change) -> JSON {
        var members: [(String, JSON)] = [
            ("change", .string(change.action.rawValue)), ("kind", .string(change.kind.rawValue)),
        ]
        members.append(("path", change.path.map(JSON.bytes) ?? .null))
        members.append(("domid", change.domid.map { .integer(Int64($0)) } ?? .null))
        members.append(("owner", change.owner.map { .integer(Int64($0)) } ?? .null))
        members.append(("concerns", change.concernedDomid.map { .integer(Int64($0)) } ?? .null))
        members += change.identity.map { ($0.name, value($0.value)) }
        if let pair = change.pair, !pair.isSame {
            members.append(
                ("paired", .object([("old", .integer(Int64(pair.old))), ("new", .integer(Int64(pair.new)))])))
            if let path = change.oldPath { members.append(("old_path", .bytes(path))) }
        }
        members += [("old", change.old.map(attributes) ?? .null), ("new", change.new.map(attributes) ?? .null)]
        if !change.authors.isEmpty { members.append(("who", .array(change.authors.map(ChangeAuthorText.object)))) }
        return .object(members)
    }

    private static func attributes(_ attributes: [Attribute]) -> JSON {
        .object(attributes.map { ($0.name, value($0.value)) })
    }

    private static func value(_ value: Attribute.Value) -> JSON {
        switch value {
        case .none: .null
        case .integer(let number): .integer(number)
        case .unsigned(let number): .unsigned(number)
        case .text(let text): .string(text)
        case .octets(let octets): .bytes(octets)
        case .data(let octets): .data(octets)
        }
    }
}
