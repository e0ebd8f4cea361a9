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

    /// The record with its secrets replaced, including those in a connection's buffers.
    public func redact(_ body: RecordBody, byteOrder: ByteOrder) -> RecordBody {
        switch body {
        case .node(var data):
            guard !data.value.isEmpty, isSecret(data.path.octets) else { return body }
            data.value = redacted(data.value)
            return .node(data)
        case .connection(var data):
            guard !data.inData.isEmpty || !data.outData.isEmpty else { return body }
            data.inData = redactRequests(data.inData, home: data.kind == .ring ? data.domid : 0, byteOrder)
            data.outData = redactAnswers(data.outData, skipping: Int(data.outRespLength), byteOrder)
            return .connection(data)
        default: return body
        }
    }

    /// Replaces the values that WRITE requests write to secret nodes. A relative path starts at the
    /// domain's home.
    func redactRequests(_ buffer: Octets, home domid: UInt16, _ byteOrder: ByteOrder) -> Octets {
        var result = Array(buffer)
        for message in WireMessage.decode(buffer, byteOrder: byteOrder) where message.typeName == "WRITE" {
            let name = message.firstString
            let path = name.first == ASCII.slash ? name : Octets("/local/domain/\(domid)/".utf8) + name
            let value = message.payload.dropFirst(name.count + 1)
            if isSecret(path) { replace(value, of: buffer, in: &result) }
        }
        return Octets(result)
    }

    /// Replaces the values in replies to READ, and the rest of a message without its beginning, as
    /// their nodes are unknown.
    func redactAnswers(_ buffer: Octets, skipping: Int, _ byteOrder: ByteOrder) -> Octets {
        var result = Array(buffer)
        for message in WireMessage.decode(buffer, skipping: skipping, byteOrder: byteOrder)
        where message.type == nil || message.typeName == "READ" {
            replace(message.payload, of: buffer, in: &result)
        }
        return Octets(result)
    }

    private func replace(_ part: Octets, of buffer: Octets, in bytes: inout [UInt8]) {
        guard !part.isEmpty else { return }
        let start = part.startIndex - buffer.startIndex
        bytes.replaceSubrange(start..<start + part.count, with: redacted(part))
    }
}
