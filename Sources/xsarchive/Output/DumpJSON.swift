import XenstoreArchive
import XenstoreStream

/// A dump for programs: one object per line.
final class DumpJSON: DumpPrinter {
    private let image: ScannedImage
    /// The object of a node while it is written.
    private var text = TextBuffer()

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
        // A file has a hundred thousand records: none of this makes a value first.
        Console.write { text in
            Self.begin(record.offset, record.size, record.number, record.type, length: record.length, to: &text)
            for (index, field) in trace.fields.enumerated() { Self.write(field, isFirst: index == 0, to: &text) }
            Self.write(#"],"padding":"#, isPadding ? tail.count : 0, to: &text)
            text.append(contentsOf: #","unexplained":"#.utf8)
            (isPadding || tail.isEmpty ? JSON.null : JSON.data(tail)).write(to: &text)
            Self.end(findings, to: &text)
        }
    }

    func node(_ node: PlainNode, number: Int, _ findings: [Finding]) {
        image.bytes.withUnsafeBytes { write(node, number: number, of: $0, to: &text) }
        Console.write(&text)
        Console.write { Self.end(findings, to: &$0) }
    }

    /// Appends the object of a plain node up to the findings, as `record` prints it.
    private func write(
        _ node: PlainNode, number: Int, of stream: UnsafeRawBufferPointer, to text: inout TextBuffer
    ) {
        text.put(#"{"item":"record","offset":"#)
        text.put(node.offset)
        text.put(#","size":"#)
        text.put(node.size)
        text.put(#","number":"#)
        text.put(number)
        text.put(#","type":"#)
        text.put(Int(RecordType.nodeData.rawValue))
        text.put(#","name":"NODE_DATA","len":"#)
        text.put(Int(node.length))
        text.put(#","fields":["#)
        var isFirst = true
        image.plan.forEachField(of: node) { field, offset, width, value in
            if !isFirst { text.put(UInt8(ascii: ",")) }
            isFirst = false
            text.put(Self.beginnings[Int(field.rawValue)])
            text.put(offset)
            text.put(#","width":"#)
            text.put(width)
            text.put(#","value":"#)
            switch value {
            case .number(let number): text.put(number)
            case .permissions:
                text.put(UInt8(ascii: "\""))
                PermissionList.append(node, in: stream, to: &text)
                text.put(UInt8(ascii: "\""))
            case .string(let range), .octets(let range):
                let bytes = UnsafeRawBufferPointer(rebasing: stream[range])
                if Escape.isPlain(bytes) {
                    Escape.append(quoted: bytes, to: &text)
                } else {
                    var value: [UInt8] = []
                    JSON.write(image.bytes[range], to: &value)
                    text.put(value)
                }
            }
            text.put(UInt8(ascii: "}"))
        }
        text.put(#"],"padding":"#)
        text.put(node.padding)
        text.put(#","unexplained":null"#)
    }

    /// For each field, by its number, how its object begins.
    private static let beginnings = Field.allCases.map { Array(#"{"name":"\#($0.name)","offset":"#.utf8) }

    /// Appends the members of a record up to its fields.
    private static func begin(
        _ offset: Int, _ size: Int, _ number: Int, _ type: RecordType, length: UInt32, to text: inout [UInt8]
    ) {
        write(#"{"item":"record","offset":"#, offset, to: &text)
        write(#","size":"#, size, to: &text)
        write(#","number":"#, number, to: &text)
        write(#","type":"#, Int(type.rawValue), to: &text)
        text.append(contentsOf: #","name":""#.utf8)
        text.append(contentsOf: type.name.utf8)
        write(#"","len":"#, Int(length), to: &text)
        text.append(contentsOf: #","fields":["#.utf8)
    }

    private static func end(_ findings: [Finding], to text: inout [UInt8]) {
        if findings.isEmpty { return text.append(contentsOf: noFindings) }
        text.append(contentsOf: #","findings":"#.utf8)
        JSON.array(findings.map(JSON.finding)).write(to: &text)
        text.append(contentsOf: "}\n".utf8)
    }

    private static let noFindings = Array(",\"findings\":[]}\n".utf8)

    /// Appends what precedes a number, and the number.
    private static func write(_ before: String, _ number: Int, to text: inout [UInt8]) {
        text.append(contentsOf: before.utf8)
        Decimal.append(number, to: &text)
    }

    /// Appends the members of a field up to its value.
    private static func begin(_ field: Field, _ offset: Int, _ width: Int, isFirst: Bool, to text: inout [UInt8]) {
        text.append(contentsOf: (isFirst ? #"{"name":""# : #",{"name":""#).utf8)
        text.append(contentsOf: field.name.utf8)
        write(#"","offset":"#, offset, to: &text)
        write(#","width":"#, width, to: &text)
        text.append(contentsOf: #","value":"#.utf8)
    }

    /// Appends a field as an object of a list.
    private static func write(_ field: TracedField, isFirst: Bool, to text: inout [UInt8]) {
        begin(field.field, field.offset, field.width, isFirst: isFirst, to: &text)
        switch field.value {
        case .string(let string): JSON.write(string.octets, to: &text)
        case .octets(let octets): JSON.write(octets, to: &text)
        case .permissions(let list):
            text.append(UInt8(ascii: "\""))
            PermissionList.append(list, to: &text)
            text.append(UInt8(ascii: "\""))
        default: value(field.value).write(to: &text)
        }
        text.append(UInt8(ascii: "}"))
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
