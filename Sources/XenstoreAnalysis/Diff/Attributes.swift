import XenstoreArchive
import XenstoreStream

/// The contents of a record as named values, under the column names of the archive's views.
enum Attributes {
    static func of(_ body: RecordBody, layout: Layout) -> [Attribute] {
        switch body {
        case .node(let data): node(data, layout)
        case .watch(let data): terminations([(.wpath, data.wpath), (.token, data.token)])
        case .watchExtended(let data):
            [Attribute("depth", data.hasDepth ? .unsigned(UInt64(data.depth)) : .none)]
                + nonZero("depth_pad", data.depthPad)
                + terminations([(.wpath, data.wpath), (.token, data.token)])
        case .connection(let data): connection(data, layout: layout)
        case .transaction(let data): [Attribute("tx_id", data.txID)]
        default: fields(body, layout: layout)
        }
    }

    /// A node's value and permissions; other fields only if they are set. What a listing does not
    /// say has no value, and `known` says how much of a node's value it says, if not all,
    /// `path_known` that its path is cut off.
    private static func node(_ data: NodeData, _ layout: Layout) -> [Attribute] {
        let knowledge = ValueKnowledge(data, layout)
        let hasPerms = !layout.isListing || !data.perms.isEmpty
        return [
            Attribute("value", knowledge == .unknown ? .none : .octets(data.value)),
            Attribute("perms", hasPerms ? .text(PermissionList.text(data.perms)) : .none),
        ] + nonZero("access", layout.isListing ? data.access & ~ValueKnowledge.marks : data.access)
            // tx-id has no meaning in a committed node, but a difference still counts.
            + nonZero("tx_id", data.txID)
            + terminations([(.path, data.path)])
            + (knowledge == .whole ? [] : [Attribute("known", .text(knowledge.rawValue))])
            + (ValueKnowledge.hasCutPath(data, layout) ? [Attribute("path_known", .text("cut"))] : [])
    }

    private static func connection(_ data: ConnectionData, layout: Layout) -> [Attribute] {
        var attributes: [Attribute] = []
        for attribute in fields(.connection(data), layout: layout) {
            switch attribute.name {
            case "conn_id": continue
            // Bit 0 only says that there is a unique-id.
            case "fields": attributes += nonZero("fields", data.fields & ~1)
            case "conn_pad", "socket_pad": if attribute.value != .unsigned(0) { attributes.append(attribute) }
            case "conn_type":
                let type: Attribute.Value =
                    switch data.kind {
                    case .ring: .text("ring")
                    case .socket: .text("socket")
                    case .unknown: .integer(Int64(data.connType))
                    }
                attributes.append(Attribute("type", type))
            case "tdomid":
                attributes.append(
                    Attribute(
                        "target_domid", data.tdomid == ConnectionData.noDomain ? .none : .unsigned(UInt64(data.tdomid)))
                )
            default: attributes.append(attribute)
            }
        }
        return attributes
    }

    /// Every stored field, by the name of its column.
    private static func fields(_ body: RecordBody, layout: Layout) -> [Attribute] {
        FieldList.entries(of: body, layout: layout).compactMap { entry in
            switch entry.value {
            case .unsigned(let number): Attribute(entry.field.columnName, .unsigned(number))
            case .signed(let number): Attribute(entry.field.columnName, .integer(number))
            case .octets(let octets): Attribute(entry.field.columnName, .data(octets))
            case .string(let string): Attribute(entry.field.columnName, .octets(string.octets))
            case .permissions(let list): Attribute(entry.field.columnName, .text(PermissionList.text(list)))
            case .count, .quotas, .alignment: nil
            }
        }
    }

    private static func nonZero<Number: UnsignedInteger>(_ name: String, _ value: Number) -> [Attribute] {
        value == 0 ? [] : [Attribute(name, .unsigned(UInt64(value)))]
    }

    private static func terminations(_ strings: [(Field, TerminatedString)]) -> [Attribute] {
        strings.filter { !$0.1.isTerminated }.map { Attribute($0.0.columnName + "_terminator", .text("missing")) }
    }
}
