/// What a record's frame shows: its type, its len, its padding.
enum FramingRules {
    static func check(_ record: Record, _ format: StreamFormat, _ list: inout FindingList) {
        let (number, offset, name) = (record.number, record.offset, record.type.name)
        if !record.type.isKnown {
            list.add(.unknownType, record: number, offset: offset, "type 0x\(String(record.type.rawValue, radix: 16)), \(record.length) bytes")
        } else if record.type > format.layout.lastRecordType {
            list.add(.typeNotInLayout, record: number, offset: offset, "\(name) in a stream of layout \(format.layout.rawValue)")
        }
        if record.type == .end && record.length != 0 {
            list.add(.endBody, record: number, offset: offset + 4, "END with \(record.length) bytes")
        }
        if case .watchExtended(let data) = record.body, !data.hasDepth {
            list.add(
                .watchWithoutDepth, record: number, offset: offset + 16,
                "\(name) as daemons write it: no depth, and len \(record.length) where the record has \(record.size - 8) bytes")
        }
        guard let residue = record.residue else { return }
        let tail = residue.tail?.count ?? 0
        let frameEnd = paddedLength(Int(record.length)).map { $0 + 8 }
        if let length = residue.length, frameEnd != record.size {
            list.add(.lengthLies, record: number, offset: offset + 4, "\(name): len is \(length), the record has \(record.size - 8) bytes")
        } else if residue.length != nil && tail < 8 && residue.tail?.isZero != false {
            list.add(.lengthRule, record: number, offset: offset + 4, "\(name): len is \(record.length), with \(tail) bytes of padding")
        } else if tail >= 8 || residue.length != nil {
            list.add(.slack, record: number, offset: offset + record.size - tail, "\(name): \(tail) bytes behind the last field")
        } else {
            list.add(
                .dirtyPadding, record: number, offset: offset + record.size - tail,
                "\(name): padding of \(max(tail, residue.alignment.count)) bytes is not zero")
        }
    }
}
