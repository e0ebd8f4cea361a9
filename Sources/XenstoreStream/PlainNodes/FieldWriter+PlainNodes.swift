extension FieldWriter {
    /// Appends a plain node.
    /// - Parameters:
    ///   - path: without its NUL.
    ///   - perms: four bytes each, as in the stream.
    /// - Returns: false, with nothing appended, if a field cannot hold its value.
    package mutating func append(
        _ plan: PlainNodePlan, path: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, perms: [UInt8]
    ) -> Bool {
        append(plan, path, value, permCount: perms.count / 4) { record in
            perms.withUnsafeBytes { record.put($0) }
        }
    }

    /// Appends a node if it is a plain one.
    /// - Returns: false, with nothing appended, if something about it is odd or a field cannot hold
    ///   its value.
    mutating func append(_ plan: PlainNodePlan, _ node: NodeData) -> Bool {
        guard node.canBePlain, !plan.steps.isEmpty else { return false }
        return node.path.octets.withUnsafeBytes { path in
            node.value.withUnsafeBytes { value in
                append(plan, path, value, permCount: node.perms.count) { record in
                    for entry in node.perms {
                        record.put(entry.perm)
                        record.put(entry.flags)
                        record.put(entry.domid)
                    }
                }
            }
        }
    }

    @inline(__always)
    private mutating func append(
        _ plan: PlainNodePlan, _ path: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, permCount: Int,
        putPerms: (inout ByteFiller) -> Void
    ) -> Bool {
        guard let pathCount = UInt16(exactly: path.count + 1), let valueCount = UInt16(exactly: value.count),
            let permissions = UInt16(exactly: permCount)
        else { return false }
        let fieldCount = plan.fixedWidth + path.count + 1 + value.count + 4 * permCount
        let padded = fieldCount + Padding.count(after: fieldCount)
        let length = UInt32(truncatingIfNeeded: lengthRule == .padded ? padded : fieldCount)
        let start = bytes.count
        record += 1
        // First zeros, which remain in the padding and in the numbers that are zero; then the other
        // fields.
        appendZeros(8 + padded)
        let order = byteOrder
        bytes.withUnsafeMutableBytes { buffer in
            var record = ByteFiller(bytes: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]), order: order)
            record.put(RecordType.nodeData.rawValue)
            record.put(length)
            for step in plan.steps {
                switch step {
                case .zero(let width): record.offset += width
                case .pathCount: record.put(pathCount)
                case .valueCount: record.put(valueCount)
                case .permCount: record.put(permissions)
                case .perms: putPerms(&record)
                case .path:
                    record.put(path)
                    record.offset += 1
                case .value: record.put(value)
                }
            }
        }
        return true
    }

    /// Copies zeros: that is several times as fast as appending the same byte again and again.
    private mutating func appendZeros(_ count: Int) {
        Self.zeros.withUnsafeBytes { zeros in
            var left = count
            while left > 0 {
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: zeros[..<min(left, zeros.count)]))
                left -= zeros.count
            }
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: 4096)
}
