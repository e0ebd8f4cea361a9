import ArchiveSQL
import XenstoreArchive
import XenstoreStream

/// Replaces the values of nodes with secret paths. Everything else stays unchanged, including
/// lengths.
public struct Redactor: Sendable {
    /// What replaces a value.
    public enum Form: Sendable {
        /// The letter x, as often as the value has bytes.
        case mask
        /// Digits of HMAC-SHA-256 over the value, as many as the value has bytes. Equal values stay
        /// equal, with or without knowledge of the key.
        case keyedHash(key: [UInt8])
    }

    /// As in SQL's GLOB. A path that matches any of them is secret.
    public let patterns: [String]
    /// What replaces a value.
    public let form: Form

    /// Creates a redactor with the shipped patterns by default.
    public init(patterns: [String] = Redactor.shippedPatterns, form: Form = .mask) {
        self.patterns = patterns
        self.form = form
    }

    /// The patterns of schema/secret_paths.txt.
    public static let shippedPatterns = patterns(ArchiveSQL.secretPaths)

    /// Reads one pattern per line; skips empty lines and those that begin with #.
    public static func patterns(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// The line without leading and trailing blanks.
    private static func trimmed(_ line: Substring) -> String {
        func isBlank(_ character: Character) -> Bool { " \t\r".contains(character) }
        var line = line.drop(while: isBlank)
        while let last = line.last, isBlank(last) { line.removeLast() }
        return String(line)
    }

    /// Whether a pattern matches the path.
    public func isSecret(_ path: Octets) -> Bool {
        patterns.contains { Glob.matches(path, $0) }
    }

    /// The replacement of a secret value, with the same number of bytes.
    public func redacted(_ value: Octets) -> Octets {
        switch form {
        case .mask: return Octets(repeating: ASCII.x, count: value.count)
        case .keyedHash(let key):
            let digits = Array(KeyedHash.hexadecimal(value, key: key).utf8)
            return Octets((0..<value.count).map { digits[$0 % digits.count] })
        }
    }

    // MARK: Records

    /// The record with its secrets replaced, including those in a connection's buffers, and the
    /// body of a record that nothing explains.
    public func redact(_ body: RecordBody, byteOrder: ByteOrder) -> RecordBody {
        switch body {
        case .node(var data):
            guard isSecret(data.path.octets) else { return body }
            data.path.octets = redactedPath(data.path.octets)
            if !data.value.isEmpty { data.value = redacted(data.value) }
            return .node(data)
        case .connection(var data):
            guard !data.inData.isEmpty || !data.outData.isEmpty else { return body }
            data.inData = redactRequests(data.inData, home: data.kind == .ring ? data.domid : 0, byteOrder)
            data.outData = redactAnswers(data.outData, skipping: Int(data.outRespLength), byteOrder)
            return .connection(data)
        case .opaque(var data):
            data.body = data.type == .textLine ? masked(line: data.body) : redacted(data.body)
            return .opaque(data)
        default: return body
        }
    }

    /// A line with every byte replaced but its end.
    private func masked(line: Octets) -> Octets {
        let end = line.last == ASCII.newline ? line.endIndex - 1 : line.endIndex
        return redacted(line[..<end]) + line[end...]
    }

    /// Replaces the values that WRITE requests write to secret nodes, and what is no request of the
    /// protocol. A relative path starts at the domain's home.
    func redactRequests(_ buffer: Octets, home domid: UInt16, _ byteOrder: ByteOrder) -> Octets {
        var result = Array(buffer)
        for message in WireMessage.decode(buffer, byteOrder: byteOrder) {
            guard message.typeName == "WRITE" else {
                replace(Self.unexplained(message, of: buffer), of: buffer, in: &result)
                continue
            }
            let name = message.firstString
            let path = name.first == ASCII.slash ? name : Octets("/local/domain/\(domid)/".utf8) + name
            let value = message.payload.dropFirst(name.count + 1)
            if isSecret(path) { replace(value, of: buffer, in: &result) }
        }
        return Octets(result)
    }

    /// The messages to which the daemon answers that it is done, and nothing else.
    private static let confirmed: Set = [
        "WATCH", "UNWATCH", "TRANSACTION_END", "INTRODUCE", "RELEASE", "WRITE", "MKDIR", "RM", "SET_PERMS", "RESUME",
        "SET_TARGET", "RESTRICT", "RESET_WATCHES", "SET_FEATURE", "SET_QUOTA",
    ]
    private static let confirmation = Octets("OK\0".utf8)

    /// Replaces the values in replies to READ, as their nodes are unknown, and what is no reply of
    /// the protocol, such as the rest of one without its beginning.
    func redactAnswers(_ buffer: Octets, skipping: Int, _ byteOrder: ByteOrder) -> Octets {
        var result = Array(buffer)
        for message in WireMessage.decode(buffer, skipping: skipping, byteOrder: byteOrder) {
            let isValue =
                message.typeName == "READ"
                || message.typeName.map(Self.confirmed.contains) ?? false
                    && !Self.confirmation.starts(with: message.payload)
            replace(isValue ? message.payload : Self.unexplained(message, of: buffer), of: buffer, in: &result)
        }
        return Octets(result)
    }

    /// The bytes of a message that may be anything: all of one whose type no protocol will have,
    /// the payload of one whose type is unknown or free in its form; empty for others.
    private static func unexplained(_ message: WireMessage, of buffer: Octets) -> Octets {
        let all = buffer[(buffer.startIndex + message.offset)..<message.payload.endIndex]
        guard let type = message.type, type <= UInt8.max else { return all }
        return WireMessage.names.indices.contains(Int(type)) && message.typeName != "CONTROL" ? [] : message.payload
    }

    private func replace(_ part: Octets, of buffer: Octets, in bytes: inout [UInt8]) {
        guard !part.isEmpty else { return }
        let start = part.startIndex - buffer.startIndex
        bytes.replaceSubrange(start..<start + part.count, with: redacted(part))
    }
}
