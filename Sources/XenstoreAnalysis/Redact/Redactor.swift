import ArchiveSQL
import XenstoreArchive
import XenstoreStream

/// Replaces the values of nodes whose paths say that they are secrets; everything else stays as it is, lengths included.
public struct Redactor: Sendable {
    /// What a value becomes.
    public enum Form: Sendable {
        /// As many letters x.
        case mask
        /// As many digits of HMAC-SHA-256 over it: the same values stay the same, for whoever has the key or not.
        case keyedHash(key: [UInt8])
    }

    /// As in SQL's GLOB; a path that any of them matches is a secret one.
    public let patterns: [String]
    public let form: Form

    public init(patterns: [String] = Redactor.shippedPatterns, form: Form = .mask) {
        self.patterns = patterns
        self.form = form
    }

    /// Those of schema/secret_paths.txt.
    public static let shippedPatterns = patterns(ArchiveSQL.secretPaths)

    /// One pattern a line; lines that begin with # and empty ones are left out.
    public static func patterns(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// The line without blanks at its ends.
    private static func trimmed(_ line: Substring) -> String {
        func isBlank(_ character: Character) -> Bool { " \t\r".contains(character) }
        var line = line.drop(while: isBlank)
        while let last = line.last, isBlank(last) { line.removeLast() }
        return String(line)
    }

    public func isSecret(_ path: Octets) -> Bool {
        patterns.contains { Glob.matches(path, $0) }
    }

    /// What stands for a secret value: as many octets.
    public func redacted(_ value: Octets) -> Octets {
        switch form {
        case .mask: return Octets(repeating: 0x78, count: value.count)
        case .keyedHash(let key):
            let digits = Array(KeyedHash.hexadecimal(value, key: key).utf8)
            return Octets((0..<value.count).map { digits[$0 % digits.count] })
        }
    }

    // MARK: Records

    /// The record with its secrets replaced, also in requests and replies that wait in a connection's buffers.
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

    /// Replaces what WRITE requests put into secret nodes; a path that is no whole one counts from the domain's home.
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

    /// Replaces the values in replies to READ, and the rest of a message whose beginning is gone: nothing says which nodes they are of.
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

extension EditableImage {
    /// Replaces the secrets, and tells of each.
    mutating func redact(_ redactor: Redactor, _ alterations: inout Alterations) {
        for index in records.indices {
            let redacted = redactor.redact(records[index], byteOrder: format.byteOrder)
            guard redacted != records[index] else { continue }
            switch redacted {
            case .node(let data):
                alterations.add(.redacted, "\(Escape.printable(data.path.octets)), \(data.value.count) bytes")
            case .connection(let data): alterations.add(.redacted, "what waits in connection \(data.connID)")
            default: break
            }
            records[index] = redacted
        }
    }
}
