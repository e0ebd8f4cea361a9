import XenstoreArchive
import XenstoreStream

/// Plain nodes, which nearly all records are: written without a value for each field.
extension DumpText {
    /// Appends the lines of a node, as `record` prints them.
    /// - Parameters:
    ///   - node: the node.
    ///   - number: that of its record, from 1.
    ///   - stream: the bytes of the file.
    ///   - text: the lines so far.
    func write(_ node: PlainNode, number: Int, of stream: UnsafeRawBufferPointer, to text: inout TextBuffer) {
        text.put(node.offset, width: offsetWidth)
        text.put("  record ")
        text.put(number)
        text.put(", NODE_DATA: len ")
        text.put(Int(node.length))
        text.put(", ")
        text.put(node.size)
        text.put(" bytes in total\n")
        fields(of: node, in: stream, to: &text)
        guard node.padding > 0 else { return }
        begin(node.offset + node.size - node.padding, node.padding, .padding, to: &text)
        text.put("zero\n")
    }

    /// Appends the columns of a line up to the value.
    private func begin(_ offset: Int, _ width: Int, _ field: Field, to text: inout TextBuffer) {
        text.put("  ")
        text.put(offset, width: offsetWidth)
        text.put("  ")
        text.put(width, width: 5)
        text.put(Self.nameColumns[Int(field.rawValue)])
    }

    private func fields(of node: PlainNode, in stream: UnsafeRawBufferPointer, to text: inout TextBuffer) {
        func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: stream[range]) }
        image.plan.forEachField(of: node) { field, offset, width, value in
            begin(offset, width, field, to: &text)
            switch value {
            case .number(let number): text.put(number)
            case .permissions(let range) where range.isEmpty: text.put("none")
            case .permissions: PermissionList.append(node, in: stream, to: &text)
            case .octets(let range) where range.isEmpty: text.put("none")
            case .octets(let range) where !Escape.isPlain(bytes(range)):
                var value: [UInt8] = []
                Self.write(.octets(image.bytes[range]), to: &value)
                text.put(value)
            case .string(let range), .octets(let range): Escape.append(quoted: bytes(range), to: &text)
            }
            text.put("\n")
        }
    }

    /// For each field, by its number, its name with the spaces around it.
    private static let nameColumns = paddedNames.map { "  ".utf8 + $0 + "  ".utf8 }
}
