import XenstoreArchive
import XenstoreStream

extension Redactor {
    /// The change with each secret replaced by its length and a keyed hash, so that it remains a
    /// change.
    public func redact(_ change: Change, byteOrder: ByteOrder) -> Change {
        switch change.kind {
        case .node, .perms, .duplicate:
            guard let path = change.path, isSecret(path) || change.oldPath.map(isSecret) ?? false else {
                return change
            }
            return change.mappingPaths(redactedPath).mapping { attribute in
                guard attribute.name == "value", case .octets(let value) = attribute.value else { return attribute }
                return Attribute("value", .text(description(value)))
            }
        case .connection:
            return change.mapping(whole: true) { attributes in
                attributes.map { attribute in
                    guard case .data(let buffer) = attribute.value else { return attribute }
                    let redacted =
                        switch attribute.name {
                        case "in_data": redactRequests(buffer, home: change.domid ?? 0, byteOrder)
                        case "out_data": redactAnswers(buffer, skipping: Self.replyLength(attributes), byteOrder)
                        default: buffer
                        }
                    return redacted == buffer ? attribute : Attribute(attribute.name, .text(description(buffer)))
                }
            }
        case .header, .global, .quota, .domain, .watch, .transaction: return change
        default:
            // Bytes that nothing explains may hold anything.
            return change.mapping { attribute in
                switch attribute.value {
                case .data(let bytes), .octets(let bytes):
                    bytes.isEmpty ? attribute : Attribute(attribute.name, .text(description(bytes)))
                case .none, .integer, .unsigned, .text: attribute
                }
            }
        }
    }

    /// How much is replaced in a change, compared with the change as it was: each value counts
    /// once, on each side.
    public func count(from old: Change, to new: Change) -> RedactionCount {
        var count = RedactionCount()
        for (before, after) in [(old.old, new.old), (old.new, new.new)] {
            let replaced = zip(before ?? [], after ?? []).count { $0 != $1 }
            if old.kind == .node || old.kind == .perms { count.values += replaced } else { count.others += replaced }
        }
        return count
    }

    private static func replyLength(_ attributes: [Attribute]) -> Int {
        guard case .unsigned(let length)? = attributes.first(where: { $0.name == "out_resp_len" })?.value else {
            return 0
        }
        return Int(truncatingIfNeeded: length)
    }

    func description(_ value: Octets) -> String {
        guard case .keyedHash(let key) = form else { return "redacted, \(value.count) bytes" }
        return "redacted, \(value.count) bytes, \(KeyedHash.hexadecimal(value, key: key).prefix(16))"
    }
}
