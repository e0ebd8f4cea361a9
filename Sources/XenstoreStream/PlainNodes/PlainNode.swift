/// The places of a plain node's fields in a stream. A plain node is a committed node with no odd
/// field, of which `FieldWriter` writes exactly the same bytes.
package struct PlainNode: Sendable {
    /// The sizes from which the offsets of a plain node's fields follow.
    package struct Counts: Sendable {
        /// Bytes of the path with its NUL; 0 for a record that is not a plain node.
        var path: UInt16 = 0
        /// Bytes of the value.
        var value: UInt16 = 0
        /// Entries of the permission list.
        var perms: UInt16 = 0

        /// The counts of a record that is not a plain node.
        package static let none = Counts()
    }

    /// Bytes from the start of the stream to the record.
    package let offset: Int
    /// Bytes of the record, with type, len and padding.
    package let size: Int
    /// The declared `len`.
    package let length: UInt32
    /// Bytes of padding.
    package let padding: Int
    /// Offsets in the stream. The path is without its NUL, the permissions have four bytes each.
    package let path: Range<Int>
    package let value: Range<Int>
    package let perms: Range<Int>
    let byteOrder: ByteOrder

    package var counts: Counts {
        Counts(
            path: UInt16(truncatingIfNeeded: path.count + 1), value: UInt16(truncatingIfNeeded: value.count),
            perms: UInt16(truncatingIfNeeded: perms.count / 4))
    }

    /// The permission with this index, from 0; nil if the node has fewer.
    /// - Parameter stream: the bytes of the stream.
    package func permission(_ index: Int, in stream: UnsafeRawBufferPointer) -> Permission? {
        guard index >= 0, index < perms.count / 4 else { return nil }
        let offset = perms.lowerBound + 4 * index
        return Permission(
            perm: stream[offset], flags: stream[offset + 1],
            domid: byteOrder.integer(UInt16.self, at: offset + 2, of: stream))
    }

    /// Whether every permission has a known letter and no flag, so that it is the same in all
    /// layouts.
    package func hasPortablePerms(in stream: UnsafeRawBufferPointer) -> Bool {
        stride(from: perms.lowerBound, to: perms.upperBound, by: 4).allSatisfy {
            Permission.isLetter(stream[$0]) && stream[$0 + 1] == 0
        }
    }

    /// Whether the node has the fields of `data`.
    package func matches(_ data: NodeData, in stream: UnsafeRawBufferPointer) -> Bool {
        guard data.canBePlain, 4 * data.perms.count == perms.count else { return false }
        func hasSameBytes(_ range: Range<Int>, _ bytes: Octets) -> Bool {
            bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: stream[range]).hasSameBytes(as: $0) }
        }
        return hasSameBytes(path, data.path.octets) && hasSameBytes(value, data.value)
            && data.perms.indices.allSatisfy { permission($0, in: stream) == data.perms[$0] }
    }
}

extension NodeData {
    /// Whether a plain node can have these fields: the numbers that it does not keep are zero, and
    /// its path ends in NUL.
    var canBePlain: Bool {
        isCommitted && txID == 0 && access == 0 && path.isTerminated
    }
}
