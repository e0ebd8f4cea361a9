import XenstoreStream

/// A committed node with nothing odd about it, where it lies in an image.
struct PlainNode {
    /// Without its NUL.
    let path: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer
    /// Four octets each, as the stream has them.
    let perms: UnsafeRawBufferPointer
    let isBigEndian: Bool
}

extension PlainNodePlan {
    /// The node in `record`; nil where that is another kind of record or anything about it is odd: what this returns is
    /// written again just so by `FieldWriter.append`.
    func node(in record: UnsafeRawBufferPointer, _ format: StreamFormat) -> PlainNode? {
        let isBig = format.byteOrder == .big
        var cursor = Cursor(buffer: record, isBig: isBig)
        guard !steps.isEmpty, cursor.number(UInt32.self) == RecordType.nodeData.rawValue, let length = cursor.number(UInt32.self) else { return nil }
        var counts = (path: 0, value: 0, perms: 0)
        var parts: (path: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, perms: UnsafeRawBufferPointer?)
        for step in steps {
            switch step {
            case .zero(let width):
                guard cursor.zeros(width) else { return nil }
            case .pathCount: counts.path = Int(cursor.number(UInt16.self) ?? 0)
            case .valueCount: counts.value = Int(cursor.number(UInt16.self) ?? 0)
            case .permCount: counts.perms = Int(cursor.number(UInt16.self) ?? 0)
            case .perms: parts.perms = cursor.bytes(4 * counts.perms)
            case .path:
                parts.path = cursor.bytes(counts.path - 1)
                guard cursor.zeros(1) else { return nil }
            case .value: parts.value = cursor.bytes(counts.value)
            }
        }
        let fieldCount = cursor.place - 8
        let padded = (fieldCount + 7) & ~7
        guard let path = parts.path, let value = parts.value, let perms = parts.perms, record.count == 8 + padded, cursor.zeros(padded - fieldCount),
            Int(length) == (format.lengthRule == .padded ? padded : fieldCount)
        else { return nil }
        return PlainNode(path: path, value: value, perms: perms, isBigEndian: isBig)
    }
}

/// A place in a buffer; nothing is read behind its end.
private struct Cursor {
    let buffer: UnsafeRawBufferPointer
    let isBig: Bool
    var place = 0

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= buffer.count - place else { return nil }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: buffer[place..<place + count])
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        guard buffer.count - place >= Number.bitWidth / 8 else { return nil }
        defer { place += Number.bitWidth / 8 }
        let number = buffer.loadUnaligned(fromByteOffset: place, as: type)
        return isBig ? number.bigEndian : number.littleEndian
    }

    /// Whether so many zeros come next, which are then behind it.
    mutating func zeros(_ count: Int) -> Bool {
        bytes(count)?.allSatisfy { $0 == 0 } ?? false
    }
}
