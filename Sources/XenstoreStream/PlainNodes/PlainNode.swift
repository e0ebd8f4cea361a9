/// A committed node with nothing odd about it, where it lies in a stream: what `FieldWriter.append` writes just so.
package struct PlainNode {
    /// Bytes from the start of the stream to the record.
    package let offset: Int
    /// Octets of the record, with type, len and padding.
    package let size: Int
    /// The declared `len`.
    let length: UInt32
    /// Octets of padding.
    package let padding: Int
    /// Without its NUL.
    package let path: UnsafeRawBufferPointer
    package let value: UnsafeRawBufferPointer
    /// Four octets each, as the stream has them.
    package let perms: UnsafeRawBufferPointer
    package let isBigEndian: Bool

    /// One of the permissions, from 0 on; nil where there are not so many.
    package func permission(_ index: Int) -> Permission? {
        guard index >= 0, index < perms.count / 4 else { return nil }
        let domid = perms.loadUnaligned(fromByteOffset: 4 * index + 2, as: UInt16.self)
        return Permission(
            perm: perms[4 * index], flags: perms[4 * index + 1],
            domid: isBigEndian ? domid.bigEndian : domid.littleEndian)
    }

    /// Whether every permission has a known letter and no flag: what is the same in all layouts.
    package var hasOrdinaryPerms: Bool {
        var index = 0
        while let entry = permission(index) {
            guard entry.hasLetter, entry.flags == 0 else { return false }
            index += 1
        }
        return true
    }

    /// Where its path lies in the stream, which begins at `start`.
    package func pathRange(from start: UnsafeRawPointer) -> Range<Int> {
        Self.range(of: path, from: start)
    }

    /// Where its value lies in the stream, which begins at `start`.
    func valueRange(from start: UnsafeRawPointer) -> Range<Int> {
        Self.range(of: value, from: start)
    }

    /// Where its permissions lie in the stream, which begins at `start`.
    func permsRange(from start: UnsafeRawPointer) -> Range<Int> {
        Self.range(of: perms, from: start)
    }

    private static func range(of part: UnsafeRawBufferPointer, from start: UnsafeRawPointer) -> Range<Int> {
        let first = part.baseAddress.map { $0 - start } ?? 0
        return first..<first + part.count
    }

    /// Whether it says just what `data` does.
    package func says(_ data: NodeData) -> Bool {
        guard data.mayBePlain, 4 * data.perms.count == perms.count else { return false }
        return data.path.octets.withUnsafeBytes(path.hasSameBytes) && data.value.withUnsafeBytes(value.hasSameBytes)
            && data.perms.indices.allSatisfy { permission($0) == data.perms[$0] }
    }
}

extension NodeData {
    /// Whether a plain node can have these fields: the numbers that it does not keep are zero, and its path ends in NUL.
    var mayBePlain: Bool {
        isCommitted && txID == 0 && access == 0 && path.isTerminated
    }
}

extension PlainNodePlan {
    /// The node at `offset` where the record ends for certain where it says; nil as `node` has it.
    package func certainNode(at offset: Int, in stream: UnsafeRawBufferPointer, _ format: StreamFormat) -> PlainNode? {
        // Where len does not count the padding, whether there is any shows only from the next record.
        guard let node = node(at: offset, in: stream, format), node.padding == 0 || format.lengthRule == .padded else {
            return nil
        }
        return node
    }

    /// The node at `offset`; nil where another kind of record stands there, or anything about it is odd.
    package func node(at offset: Int, in stream: UnsafeRawBufferPointer, _ format: StreamFormat) -> PlainNode? {
        let isBig = format.byteOrder == .big
        var cursor = Cursor(buffer: stream, isBig: isBig, place: offset)
        guard !steps.isEmpty, cursor.number(UInt32.self) == RecordType.nodeData.rawValue,
            let length = cursor.number(UInt32.self)
        else { return nil }
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
        let fieldCount = cursor.place - offset - 8
        let padded = (fieldCount + 7) & ~7
        guard let path = parts.path, let value = parts.value, let perms = parts.perms,
            cursor.zeros(padded - fieldCount),
            Int(length) == (format.lengthRule == .padded ? padded : fieldCount)
        else { return nil }
        return PlainNode(
            offset: offset, size: 8 + padded, length: length, padding: padded - fieldCount,
            path: path, value: value, perms: perms, isBigEndian: isBig)
    }
}

/// A place in a buffer; nothing is read behind its end.
private struct Cursor {
    let buffer: UnsafeRawBufferPointer
    let isBig: Bool
    var place: Int

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= buffer.count - place else { return nil }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: buffer[place..<place + count])
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        guard Number.bitWidth / 8 <= buffer.count - place else { return nil }
        defer { place += Number.bitWidth / 8 }
        let number = buffer.loadUnaligned(fromByteOffset: place, as: type)
        return isBig ? number.bigEndian : number.littleEndian
    }

    /// Whether so many zeros come next, which are then behind it.
    mutating func zeros(_ count: Int) -> Bool {
        bytes(count)?.allSatisfy { $0 == 0 } ?? false
    }
}
