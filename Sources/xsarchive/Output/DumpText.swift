import XenstoreArchive
import XenstoreStream

/// A dump as text.
final class DumpText: DumpPrinter {
    let image: ScannedImage
    /// The number of digits of the largest offset, to which all offsets are padded.
    let offsetWidth: Int
    /// The lines of a node while they are written.
    private var text = TextBuffer()

    init(_ image: ScannedImage) {
        self.image = image
        offsetWidth = String(image.size).count
    }

    func header(_ findings: [Finding]) {
        let layout =
            "layout \(image.format.layout.rawValue) (\(image.detection.certainty.rawValue): \(image.detection.reason))"
        if image.text != nil {
            Console.print("\(place(0))  \(isBinary ? "TDB file" : "text"); \(layout)")
        } else if let header = image.header {
            Console.print(
                "\(place(0))  header, 16 bytes: version \(header.version), flags "
                    + "0x\(String(header.flags, radix: 16)); \(layout)"
            )
        } else {
            Console.print("\(place(0))  no header; \(layout)")
        }
        notes(findings)
    }

    func record(_ record: Record, _ findings: [Finding]) {
        if let text = image.text { return lines(of: record, text, findings) }
        begin(record.offset, record.number, record.type, length: record.length, size: record.size)
        let trace = RecordTrace(record, in: image.bytes, format: image.format)
        for field in trace.fields { self.field(field) }
        rest(record, after: trace.fields.last.map { $0.offset + $0.width } ?? record.offset + 8)
        notes(findings)
    }

    func node(_ node: PlainNode, number: Int, _ findings: [Finding]) {
        image.bytes.withUnsafeBytes { write(node, number: number, of: $0, to: &text) }
        Console.write(&text)
        notes(findings)
    }

    private func begin(_ offset: Int, _ number: Int, _ type: RecordType, length: UInt32, size: Int) {
        Console.write { text in
            Decimal.append(UInt64(offset), width: offsetWidth, to: &text)
            text.append(contentsOf: "  record ".utf8)
            Decimal.append(number, to: &text)
            text.append(contentsOf: ", ".utf8)
            text.append(contentsOf: type.name.utf8)
            text.append(contentsOf: ": len ".utf8)
            Decimal.append(length, to: &text)
            text.append(contentsOf: ", ".utf8)
            Decimal.append(size, to: &text)
            text.append(contentsOf: " bytes in total\n".utf8)
        }
    }

    private var isBinary: Bool {
        image.format.layout == .tdb
    }

    /// The fields of a text's lines, without those that only a stream has: lengths and pads.
    private func lines(of record: Record, _ text: TextImage, _ findings: [Finding]) {
        let range = text.places[record.number - 1]..<text.places[record.number]
        Console.print(
            "\(place(range.lowerBound))  record \(record.number), \(record.type.name): \(range.count) bytes"
                + (isBinary ? "" : " of text"))
        if isBinary, record.type == .textLine {
            hexadecimal(text.text[range])
            return notes(findings)
        }
        for entry in TextImage.entries(of: record.body, layout: image.format.layout) {
            Console.write { text in
                text.append(contentsOf: "  ".utf8)
                text.append(contentsOf: Self.paddedNames[Int(entry.field.rawValue)])
                text.append(contentsOf: "  ".utf8)
                Self.write(entry.value, to: &text)
                text.append(ASCII.newline)
            }
        }
        if isBinary {
            hexadecimal(text.text[range])
        } else if record.residue != nil {
            Console.print("  verbatim: " + Escape.short(text.text[range]))
        }
        notes(findings)
    }

    func damage(_ damage: Damage, _ findings: [Finding]) {
        Console.print(
            "\(place(damage.offset))  damaged span, \(damage.bytes.count) bytes: \(Escape.harmless(damage.reason))")
        let trace = RecordTrace(damage, in: image.bytes, format: image.format)
        if let type = trace.type {
            Console.print("  read as \(type.name), as far as possible:")
            for field in trace.fields { self.field(field) }
            if let failure = trace.failure, let field = failure.field {
                line(failure.offset, nil, field.name, "? \(failure.reason)")
            }
        }
        hexadecimal(damage.bytes)
        notes(findings)
    }

    func finish(_ findings: [Finding]) {
        if !image.trailer.isEmpty {
            Console.print("\(place(image.bytes.count - image.trailer.count))  after END, \(image.trailer.count) bytes")
            hexadecimal(image.trailer)
        }
        notes(findings)
    }

    // MARK: Lines

    private func field(_ field: TracedField) {
        line(field.offset, field.width, field.field) { Self.write(field.value, to: &$0) }
    }

    /// Offset, width, name and value in columns.
    private func line(_ offset: Int, _ width: Int?, _ name: String, _ value: String) {
        let padding = String(repeating: " ", count: max(0, Self.nameWidth - name.count))
        line(offset, width, padded: Array((name + padding).utf8)) { $0.append(contentsOf: value.utf8) }
    }

    private func line(_ offset: Int, _ width: Int?, _ field: Field, _ value: (inout [UInt8]) -> Void) {
        line(offset, width, padded: Self.paddedNames[Int(field.rawValue)], value)
    }

    private func line(_ offset: Int, _ width: Int?, padded name: [UInt8], _ value: (inout [UInt8]) -> Void) {
        Console.write { text in
            text.append(contentsOf: "  ".utf8)
            Decimal.append(UInt64(offset), width: offsetWidth, to: &text)
            text.append(contentsOf: "  ".utf8)
            if let width {
                Decimal.append(UInt64(width), width: 5, to: &text)
            } else {
                text.append(contentsOf: "    -".utf8)
            }
            text.append(contentsOf: "  ".utf8)
            text.append(contentsOf: name)
            text.append(contentsOf: "  ".utf8)
            value(&text)
            text.append(ASCII.newline)
        }
    }

    /// For each field, by its number, its name with spaces up to the longest one.
    static let paddedNames: [[UInt8]] = {
        var names = Array(repeating: [UInt8](), count: Field.allCases.count)
        for field in Field.allCases {
            let name = Array(field.name.utf8)
            names[Int(field.rawValue)] = name + Array(repeating: ASCII.space, count: nameWidth - name.count)
        }
        return names
    }()

    private static let nameWidth = Field.allCases.map(\.name.count).max() ?? 0

    private func place(_ offset: Int) -> String {
        right(String(offset), offsetWidth)
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Prints what is between the last field and the next record.
    private func rest(_ record: Record, after end: Int) {
        let tail = image.bytes[end..<record.offset + record.size]
        guard !tail.isEmpty else { return }
        let isPadding = tail.count < 8 && tail.isZero
        line(
            end, tail.count, isPadding ? "padding" : "unexplained",
            isPadding ? "zero" : Hexadecimal.text(tail.prefix(64)) + (tail.count > 64 ? "..." : ""))
    }

    private func notes(_ findings: [Finding]) {
        for finding in findings { Console.print("  ! " + FindingText.line(finding)) }
    }

    /// Prints 16 bytes per line, with their offset and as ASCII; of many bytes only the first 512.
    private func hexadecimal(_ bytes: Octets) {
        let shown = bytes.prefix(512)
        for start in stride(from: shown.startIndex, to: shown.endIndex, by: 16) {
            let row = shown[start..<min(start + 16, shown.endIndex)]
            let text = String(row.map { (0x20..<0x7F).contains($0) ? Character(UnicodeScalar($0)) : "." })
            Console.print(
                "  \(place(start))  \(Hexadecimal.text(row) + String(repeating: "  ", count: 16 - row.count))  \(text)")
        }
        if bytes.count > shown.count {
            Console.print("  ... \(bytes.count - shown.count) more bytes; --format jsonl prints them all")
        }
    }

    /// Appends a value; that of most fields without a String.
    static func write(_ value: FieldValue, to text: inout [UInt8]) {
        switch value {
        case .unsigned(let number): Decimal.append(number, to: &text)
        case .signed(let number): Decimal.append(number, to: &text)
        case .count(let count): Decimal.append(count, to: &text)
        case .string(let string):
            Escape.append(quoted: string.octets, to: &text)
            if !string.isTerminated { text.append(contentsOf: " without NUL".utf8) }
        case .octets(let octets) where octets.isEmpty: text.append(contentsOf: "none".utf8)
        case .octets(let octets) where octets.isText: Escape.append(quoted: octets, to: &text)
        case .octets(let octets): text.append(contentsOf: "x'\(Hexadecimal.text(octets))'".utf8)
        case .permissions(let list) where list.isEmpty: text.append(contentsOf: "none".utf8)
        case .permissions(let list): PermissionList.append(list, to: &text)
        case .quotas(let list):
            let quotas = list.map { "\(Escape.printable($0.name))=\($0.value)" }
            text.append(contentsOf: (quotas.isEmpty ? "none" : quotas.joined(separator: ", ")).utf8)
        case .alignment: text.append(contentsOf: "to a multiple of 8".utf8)
        }
    }
}
