import XenstoreArchive
import XenstoreStream

extension Redactor {
    /// The image's file with its secrets replaced, and all else at its place: what is odd about it stays odd.
    ///
    /// A text's line with a secret is written anew, and one that says nothing known loses what it says, as nobody knows of what.
    /// Bytes in which no record can be made out stay as they are.
    /// - Throws: what reading the image throws.
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

    /// A record's octets are slices of the image, so that their indices say where they stand.
    private static func replace(_ old: Octets, by new: Octets, in bytes: inout [UInt8]) {
        if old != new { bytes.replaceSubrange(old.startIndex..<old.endIndex, with: new) }
    }

    private func redactedText(_ image: ScannedImage, _ text: TextImage) throws -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(text.text.count)
        try image.forEachItem { index, item in
            guard case .record(let record) = item else { return }
            let line = text.text[text.places[index]..<text.places[index + 1]]
            let redacted = redact(record.body, byteOrder: image.format.byteOrder)
            if record.type == .textLine && record.number > 1 {
                lines += line.map { $0 == ASCII.newline ? $0 : 0x78 }
            } else if redacted == record.body {
                lines += line
            } else {
                lines += TextImage.line(of: redacted, layout: image.format.layout)
            }
        }
        return lines
    }

    /// A secret node's path where its length lies, so that the value stands behind a NUL in it: that part is replaced.
    public func redactedPath(_ path: Octets) -> Octets {
        guard let end = path.firstIndex(of: 0), isSecret(path) else { return path }
        return path[...end] + redacted(path[(end + 1)...])
    }

    /// What people see in the place of a secret value: how long it is and, where there is a key, a hash that tells it from others.
    public func shown(_ value: Octets, at path: Octets) -> Octets {
        value.isEmpty || !isSecret(path) ? value : Octets(description(value).utf8)
    }
}
