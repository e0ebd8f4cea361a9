import XenstoreArchive
import XenstoreStream

/// Changes as people write them on a command line.
public struct EditText: Sendable {
    /// Whether paths and values have the escapes that `ls` and `cat` print.
    public var isEscaped: Bool

    public init(isEscaped: Bool) {
        self.isEscaped = isEscaped
    }

    /// A path; a relative one counts from domain 0's home, as the tools take it.
    /// - Throws: `ArchiveError` with code `usage`.
    public func path(_ text: String) throws -> Octets {
        let path = try octets(text)
        guard let first = path.first else { throw ArchiveError(.usage, "the path is empty; write / for the root") }
        guard path.count == 1 || path.last != ASCII.slash else {
            throw ArchiveError(.usage, "\(Escape.printable(path)): no path ends in a slash; write it without")
        }
        return first == ASCII.slash || first == 0x40 ? path : Octets("/local/domain/0/".utf8) + path
    }

    /// `PATH=VALUE`: the value is all behind the first `=`.
    public func set(_ text: String) throws -> Edit {
        let (path, value) = try halves(text, "PATH=VALUE")
        return .set(try self.path(path), value: try octets(value))
    }

    /// `PATH=n0,r5`, a stale entry as `r5:stale`.
    public func setPerms(_ text: String) throws -> Edit {
        let (path, list) = try halves(text, "PATH=n0,r5")
        let perms = try list.split(separator: ",", omittingEmptySubsequences: false).map(permission)
        guard perms.count <= UInt16.max else {
            throw ArchiveError(.usage, "\(text.prefix(80)): a stream's node has at most 65535 permissions")
        }
        return .setPerms(try self.path(path), perms)
    }

    private func halves(_ text: String, _ form: String) throws -> (String, String) {
        guard let equals = text.utf8.firstIndex(of: 0x3D) else {
            throw ArchiveError(.usage, "\(text.prefix(80)): there is no =; write \(form)")
        }
        return (String(text[..<equals]), String(text[text.utf8.index(after: equals)...]))
    }

    private func permission(_ text: Substring) throws -> Permission {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let letter = parts[0].utf8.first, "nrwb".utf8.contains(letter), let domid = UInt16(parts[0].dropFirst()),
            parts[0].utf8.dropFirst().allSatisfy({ $0 != 0x2B }),
            parts.count == 1 || (parts.count == 2 && parts[1] == "stale")
        else {
            throw ArchiveError(
                .usage,
                "\(text.prefix(80)): is no permission; write n, r, w or b and a domid, like n0,r5; the first one names the owner"
            )
        }
        return Permission(perm: letter, flags: parts.count == 2 ? 1 : 0, domid: domid)
    }

    private func octets(_ text: String) throws -> Octets {
        let octets = Octets(text.utf8)
        guard isEscaped else { return octets }
        guard let plain = Self.unescaped(octets) else {
            throw ArchiveError(
                .usage, "\(text.prefix(80)): a backslash here begins one of \\\\ \\n \\r \\t \\\" \\xNN \\NNN \\u{N}")
        }
        return plain
    }

    /// The octets that stand for themselves or are written as `\\ \n \r \t \" \xNN`, three octal digits, `\u{N}`; nil where an
    /// escape is none of these.
    static func unescaped(_ text: Octets) -> Octets? {
        var result: Octets = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == 0x5C else {
                result.append(byte)
                continue
            }
            guard let sign = rest.popFirst() else { return nil }
            switch sign {
            case 0x5C, 0x22: result.append(sign)
            case 0x6E: result.append(0x0A)
            case 0x72: result.append(0x0D)
            case 0x74: result.append(0x09)
            case 0x78:
                guard let number = number(rest.prefix(2), radix: 16), rest.count >= 2 else { return nil }
                result.append(UInt8(truncatingIfNeeded: number))
                rest = rest.dropFirst(2)
            case 0x30...0x33:
                guard let number = number([sign] + rest.prefix(2), radix: 8), rest.count >= 2 else { return nil }
                result.append(UInt8(truncatingIfNeeded: number))
                rest = rest.dropFirst(2)
            case 0x75:
                guard rest.popFirst() == 0x7B, let end = rest.firstIndex(of: 0x7D),
                    let number = number(rest[..<end], radix: 16),
                    let scalar = Unicode.Scalar(number)
                else { return nil }
                result += Octets(String(Character(scalar)).utf8)
                rest = rest[(end + 1)...]
            default: return nil
            }
        }
        return result
    }

    /// Digits only: no sign.
    private static func number(_ digits: Octets, radix: Int) -> UInt32? {
        let text = String(decoding: digits, as: UTF8.self)
        return digits.first == 0x2B || digits.first == 0x2D ? nil : UInt32(text, radix: radix)
    }
}
