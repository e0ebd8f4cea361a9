import XenstoreArchive
import XenstoreStream

extension Redactor {
    /// The image's file with its secrets replaced and everything else in place, including oddities.
    ///
    /// A text's line with a secret is rewritten. A line that cannot be parsed is masked, as it may
    /// contain a secret. Bytes in which no record can be recognized stay unchanged.
    /// - Throws: the errors of reading the image.
    public func redactedFile(_ image: ScannedImage) throws -> [UInt8] {
        if let text = image.text { return try redactedText(image, text) }
        var bytes = image.bytes
        try image.forEachItem { _, item in
            guard case .record(let record) = item else { return }
            let redacted = redact(record.body, byteOrder: image.format.byteOrder)
            switch (record.body, redacted) {
            case (.node(let old), .node(let new)):
                Self.replace(old.value, by: new.value, in: &bytes)
                Self.replace(old.path.octets, by: redactedPath(old.path.octets), in: &bytes)
            case (.connection(let old), .connection(let new)):
                Self.replace(old.inData, by: new.inData, in: &bytes)
                Self.replace(old.outData, by: new.outData, in: &bytes)
            default: break
            }
        }
        return bytes
    }

    /// Replaces bytes of the image. A record's bytes are slices of the image, so their indices are
    /// offsets in it.
    private static func replace(_ old: Octets, by new: Octets, in bytes: inout [UInt8]) {
        if old != new { bytes.replaceSubrange(old.startIndex..<old.endIndex, with: new) }
    }

    private func redactedText(_ image: ScannedImage, _ text: TextImage) throws -> [UInt8] {
        guard var dialect = image.format.layout.dialect else { return text.text }
        if var lines = dialect as? any LineDialect {
            try lines.begin(text.text, salvaging: image.isSalvaged)
            dialect = lines
        }
        var lines: [UInt8] = []
        lines.reserveCapacity(text.text.count)
        try image.forEachItem { index, item in
            guard case .record(let record) = item else { return }
            let line = text.text[text.places[index]..<text.places[index + 1]]
            let redacted = redact(record.body, byteOrder: image.format.byteOrder)
            lines += dialect.redacted(line, number: record.number, from: record.body, to: redacted)
        }
        return lines
    }

    /// A secret node's path. If a wrong length puts the value into the path, after a NUL, that part
    /// is replaced.
    public func redactedPath(_ path: Octets) -> Octets {
        guard let end = path.firstIndex(of: 0), isSecret(path) else { return path }
        return path[...end] + redacted(path[(end + 1)...])
    }

    /// The text shown instead of a secret value: its length and, with a key, a hash that
    /// distinguishes it from others.
    public func shown(_ value: Octets, at path: Octets) -> Octets {
        value.isEmpty || !isSecret(path) ? value : Octets(description(value).utf8)
    }
}
