import XenstoreArchive
import XenstoreStream

/// Collects the records of a stream, and notes what their fields do not hold.
struct RecordCollector {
    var records = EditableRecords()
    /// The layout of a text; nil for a stream.
    var text: Layout?

    mutating func note(_ header: Header?, _ alterations: inout Alterations) {
        guard let header, header.reservedFlags != 0 else { return }
        alterations.add(.reserved, "header flags 0x\(String(header.reservedFlags, radix: 16))")
    }

    mutating func note(trailer: Octets, _ alterations: inout Alterations) {
        if !trailer.isEmpty { alterations.add(.unexplained, "\(trailer.count) bytes after END") }
    }

    mutating func add(_ item: StreamItem, _ alterations: inout Alterations) {
        switch item {
        case .record(let record): add(record, &alterations)
        case .damage(let damage):
            alterations.add(
                .unexplained,
                "\(damage.bytes.count) bytes at offset \(damage.offset) in which no record can be recognized")
        }
    }

    /// Adds a text's line. The first line belongs to every text; a line in an unusual form is
    /// rewritten.
    private mutating func add(lineOf record: Record, _ alterations: inout Alterations) {
        if record.number == 1, record.type == .textLine { return }
        if text?.isOfDatabase == true {
            // A database has nodes, and other bytes that only its own file can hold.
            if record.type == .nodeData { records.append(record.body) }
            return
        }
        if record.residue != nil { alterations.add(.lineForm, "line \(record.number), \(record.type.name)") }
        records.append(record.body)
    }

    mutating func add(_ record: Record, _ alterations: inout Alterations) {
        if text != nil { return add(lineOf: record, &alterations) }
        if let residue = record.residue { note(residue, record, &alterations) }
        if record.type == .end {
            if case .opaque(let data) = record.body, !data.body.isEmpty {
                alterations.add(.unexplained, "\(data.body.count) bytes in the body of END")
            }
            return
        }
        records.append(record.body)
    }

    private mutating func note(_ residue: Residue, _ record: Record, _ alterations: inout Alterations) {
        let place = "record \(record.number) (\(record.type.name)) at offset \(record.offset)"
        let tail = residue.tail ?? []
        if residue.length == nil {
            let count = residue.alignment.count + tail.count
            alterations.add(.padding, "\(place): \(count) bytes of padding, some of them not zero")
        } else if tail.isZero && residue.alignment.isEmpty {
            alterations.add(.length, "\(place): len \(record.length)")
        } else {
            let bytes =
                alterations.hidesBytes ? "" : ", x'\(Hexadecimal.text(tail.prefix(16)))\(tail.count > 16 ? "..." : "")'"
            alterations.add(.unexplained, "\(place): \(tail.count) bytes after the last field\(bytes)")
        }
    }
}
