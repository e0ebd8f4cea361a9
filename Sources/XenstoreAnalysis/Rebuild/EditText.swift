import XenstoreArchive
import XenstoreStream

/// Reads edits from command-line arguments.
package struct EditText: Sendable {
    /// Whether paths and values contain the escapes that `ls` and `cat` print.
    package var isEscaped: Bool

    /// Creates a reader of arguments with or without escapes.
    package init(isEscaped: Bool) {
        self.isEscaped = isEscaped
    }

    /// Reads a path. As in the tools, a relative path starts at domain 0's home.
    /// - Throws: `ArchiveError` with code `usage` if it is not a path.
    package func path(_ text: String) throws -> Octets {
        let path = try octets(text)
        guard !path.isEmpty else { throw ArchiveError(.usage, "the path is empty; use / for the root") }
        guard path.count == 1 || path.last != ASCII.slash else {
            throw ArchiveError(.usage, "\(Escape.printable(path)): a path cannot end in a slash; remove it")
        }
        return Path.isFixed(path) ? path : Octets("/local/domain/0/".utf8) + path
    }

    /// Reads `PATH=VALUE`; the value is everything after the first `=`.
    /// - Throws: `ArchiveError` with code `usage` if it does not have this form.
    package func set(_ text: String) throws -> Edit {
        let (path, value) = try halves(text, "PATH=VALUE")
        return .set(try self.path(path), value: try octets(value))
    }

    /// Reads `PATH=n0,r5`; a stale entry is `r5:stale`.
    /// - Throws: `ArchiveError` with code `usage` if it does not have this form.
    package func setPerms(_ text: String) throws -> Edit {
        let (path, list) = try halves(text, "PATH=n0,r5")
        let perms = try list.split(separator: ",", omittingEmptySubsequences: false).map(permission)
        guard perms.count <= UInt16.max else {
            throw ArchiveError(.usage, "\(text.prefix(80)): too many permissions; a stream's node has at most 65535")
        }
        return .setPerms(try self.path(path), perms)
    }

    private func halves(_ text: String, _ form: String) throws -> (String, String) {
        guard let equals = text.utf8.firstIndex(of: ASCII.equals) else {
            throw ArchiveError(.usage, "\(text.prefix(80)): has no =; use the form \(form)")
        }
        return (String(text[..<equals]), String(text[text.utf8.index(after: equals)...]))
    }

    private func permission(_ text: Substring) throws -> Permission {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let letter = parts[0].utf8.first, "nrwb".utf8.contains(letter), let domid = UInt16(parts[0].dropFirst()),
            parts[0].utf8.dropFirst().allSatisfy({ $0 != ASCII.plus }),
            parts.count == 1 || (parts.count == 2 && parts[1] == "stale")
        else {
            let what = text.isEmpty ? "a permission is empty" : "\(text.prefix(80)): not a valid permission"
            throw ArchiveError(
                .usage,
                "\(what); give n, r, w or b and a domid, like n0,r5; the first entry is the owner's"
            )
        }
        return Permission(perm: letter, flags: parts.count == 2 ? 1 : 0, domid: domid)
    }

    private func octets(_ text: String) throws -> Octets {
        let octets = Octets(text.utf8)
        guard isEscaped else { return octets }
        guard let plain = Self.unescaped(octets) else {
            throw ArchiveError(
                .usage, "\(text.prefix(80)): has an unknown escape; use \\\\ \\n \\r \\t \\\" \\xNN \\NNN or \\u{N}")
        }
        return plain
    }

    /// The bytes of a text with the escapes `\\ \n \r \t \" \xNN`, three octal digits and `\u{N}`;
    /// nil if it contains another escape.
    static func unescaped(_ text: Octets) -> Octets? {
        var result: Octets = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == ASCII.backslash else {
                result.append(byte)
                continue
            }
            guard let sign = rest.popFirst() else { return nil }
            switch sign {
            case ASCII.backslash, ASCII.quote: result.append(sign)
            case ASCII.n: result.append(ASCII.newline)
            case ASCII.r: result.append(ASCII.carriageReturn)
            case ASCII.t: result.append(ASCII.tab)
            case ASCII.x:
                guard let number = number(rest.prefix(2), radix: 16), rest.count >= 2 else { return nil }
                result.append(UInt8(truncatingIfNeeded: number))
                rest = rest.dropFirst(2)
            case ASCII.zero...0x33:
                guard let number = number([sign] + rest.prefix(2), radix: 8), rest.count >= 2 else { return nil }
                result.append(UInt8(truncatingIfNeeded: number))
                rest = rest.dropFirst(2)
            case ASCII.u:
                guard rest.popFirst() == ASCII.openBrace, let end = rest.firstIndex(of: ASCII.closeBrace),
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

    /// A number of digits only, without a sign.
    private static func number(_ digits: Octets, radix: Int) -> UInt32? {
        let text = String(decoding: digits, as: UTF8.self)
        return digits.first == ASCII.plus || digits.first == ASCII.minus ? nil : UInt32(text, radix: radix)
    }
}
