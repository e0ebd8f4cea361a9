/// The numbers of a plain node in a layout in which all of them come before the permissions, the
/// path and the value: every layout but the draft.
///
/// They are at fixed offsets, so one check of the bounds does for all of them.
struct PlainNodeHead {
    /// A bit for each byte of the numbers that must be zero, by its offset.
    private var zeros: UInt64 = 0
    /// Offsets within the body, in bytes.
    private var pathCount = 0
    private var valueCount = 0
    private var permCount = 0
    /// Bytes of the numbers.
    private let width: Int

    /// - Returns: nil if the numbers do not come first.
    init?(_ steps: [PlainNodePlan.Step], width: Int) {
        self.width = width
        var offset = 0
        var isAfterNumbers = false
        for step in steps {
            switch step {
            case .zero(let count):
                for byte in offset..<offset + count { zeros |= 1 << UInt64(byte) }
                offset += count
            case .pathCount: (pathCount, offset) = (offset, offset + 2)
            case .valueCount: (valueCount, offset) = (offset, offset + 2)
            case .permCount: (permCount, offset) = (offset, offset + 2)
            case .perms:
                isAfterNumbers = offset == width
                if !isAfterNumbers { return nil }
            case .path, .value: break
            }
        }
        guard isAfterNumbers, width < UInt64.bitWidth else { return nil }
    }

    /// The plain node at `offset`, which is not negative; nil if the record there is not a node, or
    /// anything about it is odd.
    func node(at offset: Int, in stream: UnsafeRawBufferPointer, _ format: StreamFormat) -> PlainNode? {
        let body = 8 + width
        guard stream.count - offset >= body else { return nil }
        let order = format.byteOrder
        let start = offset + 8
        guard order.integer(UInt32.self, at: offset, of: stream) == RecordType.nodeData.rawValue else { return nil }
        var left = zeros
        while left != 0 {
            if stream[start + left.trailingZeroBitCount] != 0 { return nil }
            left &= left - 1
        }
        let length = order.integer(UInt32.self, at: offset + 4, of: stream)
        let permBytes = 4 * Int(order.integer(UInt16.self, at: start + permCount, of: stream))
        let pathBytes = Int(order.integer(UInt16.self, at: start + pathCount, of: stream))
        let valueBytes = Int(order.integer(UInt16.self, at: start + valueCount, of: stream))
        let fieldCount = width + permBytes + pathBytes + valueBytes
        let padding = Padding.count(after: fieldCount)
        guard pathBytes > 0, stream.count - start >= fieldCount + padding,
            Int(length) == (format.lengthRule == .padded ? fieldCount + padding : fieldCount)
        else { return nil }
        let perms = start + width..<start + width + permBytes
        let path = perms.upperBound..<perms.upperBound + pathBytes - 1
        let value = path.upperBound + 1..<path.upperBound + 1 + valueBytes
        var end = value.upperBound
        guard stream[path.upperBound] == 0 else { return nil }
        while end < value.upperBound + padding {
            if stream[end] != 0 { return nil }
            end += 1
        }
        return PlainNode(
            offset: offset, size: 8 + fieldCount + padding, length: length, padding: padding, path: path, value: value,
            perms: perms, byteOrder: order)
    }
}
