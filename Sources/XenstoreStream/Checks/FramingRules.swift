/// The rules about a record's frame: its type, its `len`, its padding.
enum FramingRules {
    static func check(_ record: Record, _ format: StreamFormat, _ list: inout FindingList) {
        let name = record.type.name
        if !record.type.isKnown {
            list.add(
                .unknownType, at: record,
                "type 0x\(String(record.type.rawValue, radix: 16)), \(record.length) bytes")
        } else if record.type > format.layout.lastRecordType {
            list.add(
                .typeNotInLayout, at: record,
                "\(name) in a stream of layout \(format.layout.rawValue)")
        }
        if record.type == .end && record.length != 0 {
            list.add(.endBody, at: record, byte: 4, "END with \(record.length) bytes")
        }
        if case .watchExtended(let data) = record.body, !data.hasDepth {
            list.add(
                .watchWithoutDepth, at: record, byte: 16,
                "\(name) without its depth, as daemons write it"
                    + (Int(record.length) == record.size - 8
                        ? "" : "; len is \(record.length), the record has \(record.size - 8) bytes"))
        }
        guard let residue = record.residue else { return }
        let tail = residue.tail?.count ?? 0
        let frameEnd = Padding.padded(Int(record.length)).map { $0 + 8 }
        if let length = residue.length, frameEnd != record.size {
            list.add(
                .lengthLies, at: record, byte: 4,
                "\(name): len is \(length), the record has \(record.size - 8) bytes")
        } else if residue.length != nil && tail < 8 && residue.tail?.isZero != false {
            list.add(
                .lengthRule, at: record, byte: 4,
                "\(name): len is \(record.length), with \(tail) bytes of padding")
        } else if tail >= 8 || residue.length != nil {
            list.add(
                .slack, at: record, byte: record.size - tail,
                "\(name): \(tail) bytes after the last field")
            hiddenRecord(record, format, &list)
        } else {
            list.add(
                .dirtyPadding, at: record, byte: record.size - tail,
                "\(name): padding of \(max(tail, residue.alignment.count)) bytes is not zero")
        }
    }

    /// A record among the bytes after the last field: `len` includes it, so that no daemon reads
    /// it.
    private static func hiddenRecord(_ record: Record, _ format: StreamFormat, _ list: inout FindingList) {
        guard let tail = record.residue?.tail else { return }
        let reader = RecordReader(stream: Array(tail), format: format)
        // Records are at multiples of 8 bytes from their predecessor's body.
        guard
            let place = stride(from: tail.count % 8, to: tail.count, by: 8).first(where: { reader.isPlausible(at: $0) })
        else { return }
        list.add(
            .hiddenRecord, at: record, byte: record.size - tail.count + place,
            "\(record.type.name): its body contains another record after the last field; its len is too large")
    }
}
