import XenstoreArchive
import XenstoreStream

extension Redactor {
    /// The image's file with its secrets replaced, with every byte that nothing explains and that
    /// may be part of one, and everything else in place.
    ///
    /// Lengths stay. In a stream these are the bodies of unknown records, damaged spans, what no
    /// field explains, and what follows END. A text's line with a secret is rewritten; of a line
    /// that is no node's, only what shows that there is a listing stays.
    /// - Returns: the bytes, and how much was replaced.
    /// - Throws: the errors of reading the image.
    public func redactedFile(_ image: ScannedImage) throws -> (bytes: [UInt8], count: RedactionCount) {
        var count = RedactionCount()
        if let text = image.text { return (try redactedText(image, text, &count), count) }
        var bytes = image.bytes
        try image.forEachItem { _, item in
            switch item {
            case .record(let record): replace(record, of: image, in: &bytes, &count)
            case .damage(let damage):
                let hidden = damage.bytes.dropFirst(damage.frameSize(image.format.byteOrder))
                Self.replace(hidden, by: redacted(hidden), in: &bytes, &count.others)
            }
        }
        Self.replace(image.trailer, by: redacted(image.trailer), in: &bytes, &count.others)
        return (bytes, count)
    }

    private func replace(
        _ record: Record, of image: ScannedImage, in bytes: inout [UInt8], _ count: inout RedactionCount
    ) {
        switch (record.body, redact(record.body, byteOrder: image.format.byteOrder)) {
        case (.node(let old), .node(let new)):
            Self.replace(old.value, by: new.value, in: &bytes, &count.values)
            Self.replace(old.path.octets, by: new.path.octets, in: &bytes, &count.others)
        case (.connection(let old), .connection(let new)):
            Self.replace(old.inData, by: new.inData, in: &bytes, &count.others)
            Self.replace(old.outData, by: new.outData, in: &bytes, &count.others)
        case (.opaque(let old), .opaque(let new)):
            Self.replace(old.body, by: new.body, in: &bytes, &count.others)
        default: break
        }
        guard let residue = record.residue else { return }
        for hidden in [residue.alignment, residue.tail ?? []] where !hidden.isZero {
            Self.replace(hidden, by: redacted(hidden), in: &bytes, &count.others)
        }
    }

    /// Replaces bytes of the image. A record's bytes are slices of the image, so their indices are
    /// offsets in it.
    private static func replace(_ old: Octets, by new: Octets, in bytes: inout [UInt8], _ count: inout Int) {
        guard old != new else { return }
        bytes.replaceSubrange(old.startIndex..<old.endIndex, with: new)
        count += 1
    }

    private func redactedText(
        _ image: ScannedImage, _ text: TextImage, _ count: inout RedactionCount
    ) throws -> [UInt8] {
        let layout = image.format.layout
        guard var dialect = layout.dialect else { return text.text }
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
            let new =
                layout.isListing
                ? self.line(line, record.body, redacted, layout)
                : dialect.redacted(line, number: record.number, from: record.body, to: redacted)
            if !new.elementsEqual(line) {
                if case .node = record.body, redacted != record.body { count.values += 1 } else { count.others += 1 }
            }
            lines += new
        }
        return lines
    }

    /// A listing's line without a secret.
    private func line(_ line: Octets, _ old: RecordBody, _ new: RecordBody, _ layout: Layout) -> [UInt8] {
        guard case .node(let data) = old else { return MaskedListing.prose(line) }
        guard isSecret(data.path.octets) else { return Array(line) }
        let isExact = TextImage.line(of: old, layout: layout).elementsEqual(line)
        if !isExact { return MaskedListing.value(line) }
        return new == old ? Array(line) : TextImage.line(of: new, layout: layout)
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
