import XenstoreArchive
import XenstoreStream

/// A dump for programs: one object per line.
struct DumpJSON: DumpPrinter {
    private let image: ScannedImage

    init(_ image: ScannedImage) {
        self.image = image
    }

    func header(_ findings: [Finding]) {
        if image.text != nil {
            return print(
                "text", 0, 0,
                [
                    ("layout", .string(image.format.layout.rawValue)),
                    ("certainty", .string(image.detection.certainty.rawValue)),
                ], findings)
        }
        let header = image.header
        print(
            "header", 0, header == nil ? 0 : Header.size,
            [
                ("version", header.map { .integer(Int64($0.version)) } ?? .null),
                ("flags", header.map { .integer(Int64($0.flags)) } ?? .null),
                ("byte_order", .string(image.format.byteOrder.rawValue)),
                ("layout", .string(image.format.layout.rawValue)),
                ("certainty", .string(image.detection.certainty.rawValue)),
                ("length_rule", .string(image.format.lengthRule.rawValue)),
            ], findings)
    }

    func record(_ record: Record, _ findings: [Finding]) {
        if let text = image.text { return lines(of: record, text, findings) }
        let trace = RecordTrace(record, in: image.bytes, format: image.format)
        let end = trace.fields.last.map { $0.offset + $0.width } ?? record.offset + 8
        let tail = image.bytes[end..<record.offset + record.size]
        let isPadding = tail.count < 8 && tail.isZero
        print(
            "record", record.offset, record.size,
            [
                ("number", .integer(Int64(record.number))), ("type", .integer(Int64(record.type.rawValue))),
                ("name", .string(record.type.name)),
                ("len", .integer(Int64(record.length))), ("fields", .array(trace.fields.map(Self.field))),
                ("padding", .integer(isPadding ? Int64(tail.count) : 0)),
                ("unexplained", isPadding || tail.isEmpty ? .null : JSON.data(tail)),
            ], findings)
    }

    /// The fields of a text's lines. They have no offsets of their own.
    private func lines(of record: Record, _ text: TextImage, _ findings: [Finding]) {
        let range = text.places[record.number - 1]..<text.places[record.number]
        let fields = TextImage.entries(of: record.body, layout: image.format.layout).map { entry in
            JSON.object([("name", .string(entry.field.name)), ("value", Self.value(entry.value))])
        }
        print(
            "record", range.lowerBound, range.count,
            [
                ("number", .integer(Int64(record.number))), ("type", .integer(Int64(record.type.rawValue))),
                ("name", .string(record.type.name)),
                ("fields", .array(fields)),
                ("unexplained", record.residue == nil ? .null : JSON.data(text.text[range])),
            ], findings)
    }

    func damage(_ damage: Damage, _ findings: [Finding]) {
        let trace = RecordTrace(damage, in: image.bytes, format: image.format)
        print(
            "damage", damage.offset, damage.bytes.count,
            [
                ("reason", .string(damage.reason)), ("read_as", .optional(trace.type?.name)),
                ("fields", .array(trace.fields.map(Self.field))),
                ("bytes", JSON.data(damage.bytes)),
            ], findings)
    }

    func finish(_ findings: [Finding]) {
        if !image.trailer.isEmpty {
            print(
                "trailer", image.bytes.count - image.trailer.count, image.trailer.count,
                [("bytes", JSON.data(image.trailer))], findings)
        } else if !findings.isEmpty {
            print("end", image.bytes.count, 0, [], findings)
        }
    }

    private func print(_ item: String, _ offset: Int, _ size: Int, _ members: [(String, JSON)], _ findings: [Finding]) {
        let object =
            [("item", JSON.string(item)), ("offset", .integer(Int64(offset))), ("size", .integer(Int64(size)))]
            + members
        Console.print(JSON.object(object + [("findings", .array(findings.map(JSON.finding)))]).text)
    }

    private static func field(_ field: TracedField) -> JSON {
        .object([
            ("name", .string(field.field.name)), ("offset", .integer(Int64(field.offset))),
            ("width", .integer(Int64(field.width))),
            ("value", value(field.value)),
        ])
    }

    private static func value(_ value: FieldValue) -> JSON {
        switch value {
        case .unsigned(let number): .unsigned(number)
        case .signed(let number): .integer(number)
        case .count(let count): .integer(Int64(count))
        case .string(let string): .bytes(string.octets)
        case .octets(let octets): .bytes(octets)
        case .permissions(let list): .string(PermissionList.text(list))
        case .quotas(let list):
            .array(list.map { .object([("name", .bytes($0.name)), ("value", .integer(Int64($0.value)))]) })
        case .alignment: .null
        }
    }
}

extension JSON {
    /// A finding as `show`, `check` and `dump` print it.
    static func finding(_ finding: Finding) -> JSON {
        .object([
            ("rule", .string(finding.rule)), ("severity", .string(finding.severity.rawValue)),
            ("record", finding.record.map { .integer(Int64($0)) } ?? .null),
            ("offset", finding.offset.map { .integer(Int64($0)) } ?? .null), ("message", .string(finding.message)),
            ("expected", .string(finding.expected)),
        ])
    }
}
