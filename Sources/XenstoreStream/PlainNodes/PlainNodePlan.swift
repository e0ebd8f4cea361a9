/// The fields of a plain node in the order of the wire, taken from the walk over a node.
///
/// Almost every row of an archive is a plain node. Its fields do not depend on each other's values,
/// so the walk is done once for each layout. A row is written from its result three times as fast
/// as by a walk for each row.
package struct PlainNodePlan {
    /// One field of a plain node.
    enum Step {
        /// A number that is zero.
        case zero(width: Int)
        /// The length of the path or of the value, or the number of permissions.
        case pathCount, valueCount, permCount
        case perms, path, value
    }

    let steps: [Step]
    /// The field of each step.
    private let fields: [Field]
    /// Bytes of all numbers and lengths.
    let fixedWidth: Int
    /// Where the numbers are, if all of them come first.
    private let head: PlainNodeHead?

    package init(layout: Layout) {
        var walk = Walk(layout: layout)
        var node = NodeData()
        node.visitFields(&walk)
        steps = walk.steps
        fields = walk.fields
        fixedWidth = walk.fixedWidth
        head = PlainNodeHead(steps, width: fixedWidth)
    }

    /// The plain node at `offset`; nil if the record there is not a node, or anything about it is
    /// odd.
    package func node(at offset: Int, in stream: UnsafeRawBufferPointer, _ format: StreamFormat) -> PlainNode? {
        if let head { return head.node(at: offset, in: stream, format) }
        var cursor = ByteCursor(bytes: stream, order: format.byteOrder, offset: offset)
        guard !steps.isEmpty, cursor.integer(UInt32.self) == RecordType.nodeData.rawValue,
            let length = cursor.integer(UInt32.self)
        else { return nil }
        var counts = PlainNode.Counts()
        var path: Range<Int>?
        var value: Range<Int>?
        var perms: Range<Int>?
        for step in steps {
            switch step {
            case .zero(let width): guard cursor.takeZeros(width) else { return nil }
            case .pathCount: counts.path = cursor.integer(UInt16.self) ?? 0
            case .valueCount: counts.value = cursor.integer(UInt16.self) ?? 0
            case .permCount: counts.perms = cursor.integer(UInt16.self) ?? 0
            case .perms: perms = cursor.take(4 * Int(counts.perms))
            case .path:
                path = cursor.take(Int(counts.path) - 1)
                guard cursor.takeZeros(1) else { return nil }
            case .value: value = cursor.take(Int(counts.value))
            }
        }
        let fieldCount = cursor.offset - offset - 8
        let padding = Padding.count(after: fieldCount)
        guard let path, let value, let perms, cursor.takeZeros(padding),
            Int(length) == (format.lengthRule == .padded ? fieldCount + padding : fieldCount)
        else { return nil }
        return PlainNode(
            offset: offset, size: 8 + fieldCount + padding, length: length, padding: padding, path: path, value: value,
            perms: perms, byteOrder: format.byteOrder)
    }

    /// The plain node at `offset` that has been read before, from its counts and without a look at
    /// the stream; nil for `Counts.none`.
    package func node(at offset: Int, _ counts: PlainNode.Counts, _ format: StreamFormat) -> PlainNode? {
        guard counts.path > 0 else { return nil }
        var position = offset + 8
        func take(_ count: Int) -> Range<Int> {
            defer { position += count }
            return position..<position + count
        }
        var (path, value, perms) = (0..<0, 0..<0, 0..<0)
        for step in steps {
            switch step {
            case .zero(let width): position += width
            case .pathCount, .valueCount, .permCount: position += 2
            case .perms: perms = take(4 * Int(counts.perms))
            case .path:
                path = take(Int(counts.path) - 1)
                position += 1
            case .value: value = take(Int(counts.value))
            }
        }
        let fieldCount = position - offset - 8
        let padding = Padding.count(after: fieldCount)
        let length = format.lengthRule == .padded ? fieldCount + padding : fieldCount
        return PlainNode(
            offset: offset, size: 8 + fieldCount + padding, length: UInt32(truncatingIfNeeded: length),
            padding: padding, path: path, value: value, perms: perms, byteOrder: format.byteOrder)
    }

    /// The value of a plain node's field.
    package enum Value {
        case number(Int)
        /// Where the list is, four bytes for each permission.
        case permissions(Range<Int>)
        /// Where a string is, without its NUL.
        case string(Range<Int>)
        case octets(Range<Int>)
    }

    /// Calls `body` with each field of a node: its offset in the stream, its width in bytes, and
    /// its value.
    package func forEachField(
        of node: PlainNode, _ body: (_ field: Field, _ offset: Int, _ width: Int, _ value: Value) -> Void
    ) {
        var offset = node.offset + 8
        for (step, field) in zip(steps, fields) {
            let (width, value): (Int, Value) =
                switch step {
                case .zero(let width): (width, .number(0))
                case .pathCount: (2, .number(node.path.count + 1))
                case .valueCount: (2, .number(node.value.count))
                case .permCount: (2, .number(node.perms.count / 4))
                case .perms: (node.perms.count, .permissions(node.perms))
                case .path: (node.path.count + 1, .string(node.path))
                case .value: (node.value.count, .octets(node.value))
                }
            body(field, offset, width, value)
            offset += width
        }
    }

    private struct Walk: FieldVisitor {
        typealias Failure = Never

        let layout: Layout
        var steps: [Step] = []
        var fields: [Field] = []
        var fixedWidth = 0

        mutating func integer<Number: WireInteger>(_ field: Field, _ value: inout Number) {
            fields.append(field)
            steps.append(.zero(width: Number.bitWidth / 8))
            fixedWidth += Number.bitWidth / 8
        }

        mutating func count<Width: WireInteger>(
            _ field: Field, as width: Width.Type, of current: Int
        ) -> Int {
            fields.append(field)
            steps.append(field == .pathLength ? .pathCount : field == .valueLength ? .valueCount : .permCount)
            fixedWidth += Width.bitWidth / 8
            return 0
        }

        mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) {
            fields.append(field)
            steps.append(.path)
        }

        mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) {
            fields.append(field)
            steps.append(.value)
        }

        mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) {
            fields.append(field)
            steps.append(.perms)
        }

        mutating func rest(_ field: Field, _ value: inout Octets) {}
        mutating func alignment(_ field: Field) {}
        mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) {}
    }
}
