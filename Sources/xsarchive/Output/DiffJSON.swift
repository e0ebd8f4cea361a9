import XenstoreAnalysis
import XenstoreStream

/// A change as a JSON object: change, kind, path, domid, the other members of its identity, old and
/// new.
enum DiffJSON {
    static func object(_ change: Change) -> JSON {
        var members: [(String, JSON)] = [
            ("change", .string(change.action.rawValue)), ("kind", .string(change.kind.rawValue)),
        ]
        members.append(("path", change.path.map(JSON.bytes) ?? .null))
        members.append(("domid", change.domid.map { .integer(Int64($0)) } ?? .null))
        members += change.identity.map { ($0.name, value($0.value)) }
        members += [("old", change.old.map(attributes) ?? .null), ("new", change.new.map(attributes) ?? .null)]
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
