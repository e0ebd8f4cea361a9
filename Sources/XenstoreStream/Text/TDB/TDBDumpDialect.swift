/// What Samba's `tdbdump` prints of a TDB file: key and data of each record that is in use.
///
///     {
///     key(5) = "/tool"
///     data(25) = "\01\00\00\00\00\00\00\00 ... "
///     }
///
/// The data is in the byte order of the machine that wrote the file. The text does not say which;
/// it is little-endian, unless more records are nodes in the other order.
struct TDBDumpDialect: LineDialect {
    let layout = Layout.tdbdump
    let head: [UInt8] = []

    private var form = TDBNode.Form.later
    private var byteOrder = ByteOrder.little
    private var tree = TDBTree { _ in }
    /// Whether a record is cut off, or lines are among the records that belong to none.
    private(set) var isDamaged = false

    /// The four lines of a record.
    private struct Entry {
        let key: Octets
        let data: Octets
        /// Bytes of the lines.
        let size: Int
        /// The index after the last line.
        let end: Int
    }

    func recognizes(_ text: Octets) -> String? {
        let first = TextLine(startOf: text)
        guard first.content.elementsEqual([ASCII.openBrace]),
            Self.octets(TextLine(startOf: text[first.whole.endIndex...]).content, "key") != nil
        else { return nil }
        return "the first lines are a key of tdbdump"
    }

    mutating func begin(_ text: [UInt8], salvaging: Bool) throws(StreamError) {
        var tallies = [ByteOrder.little, .big].map { TDBNode.Tally(order: $0) }
        var size = 0
        Self.forEachEntry(text) { entry in
            size += entry.size
            for index in tallies.indices { tallies[index].add(entry.data) }
        }
        isDamaged = size != text.count || (text.last ?? ASCII.newline) != ASCII.newline
        let tally = tallies[1].best > tallies[0].best ? tallies[1] : tallies[0]
        let (form, byteOrder) = (tally.form(preferred: .first), tally.order)
        (self.form, self.byteOrder) = (form, byteOrder)
        tree = TDBTree { body in
            Self.forEachEntry(text) { entry in
                if let node = try? TDBNode(key: entry.key, data: entry.data, form, byteOrder) { body(node) }
            }
        }
    }

    private static func forEachEntry(_ text: [UInt8], _ body: (Entry) -> Void) {
        var place = 0
        while place < text.count {
            if let entry = entry(text[place...]) {
                body(entry)
                place = entry.end
            } else {
                place = TextLine(startOf: text[place...]).whole.endIndex
            }
        }
    }

    mutating func read(_ text: Octets, isFirst: Bool) -> TextItem {
        guard let entry = Self.entry(text) else {
            return TextLine(startOf: text).verbatim("the line is not part of a record of tdbdump")
        }
        let bytes = text[..<entry.end]
        var item: TextItem
        do throws(TDBNode.Problem) {
            let node = try TDBNode(key: entry.key, data: entry.data, form, byteOrder)
            item = TextItem(body: node.record(access: tree.access(of: node)), end: entry.end, problem: nil)
            item.remarks = tree.remarks(on: node)
        } catch {
            item = TextItem(
                body: .opaque(OpaqueData(type: .textLine, body: bytes)), end: entry.end, problem: nil)
            item.remarks = [TextItem.Remark(oddity: .tdbData, message: "the record is not a node: \(error.reason)")]
        }
        item.isVerbatim = true
        if !Self.text(entry.key, entry.data).elementsEqual(bytes) {
            item.remarks.append(
                TextItem.Remark(oddity: .oddLine, message: "the record is not written as tdbdump writes it"))
        }
        return item
    }

    // MARK: Lines

    /// The record that begins a text; nil if there is none.
    private static func entry(_ text: Octets) -> Entry? {
        var lines: [TextLine] = []
        var rest = text
        for _ in 0..<4 {
            let line = TextLine(startOf: rest)
            lines.append(line)
            rest = rest[line.whole.endIndex...]
        }
        guard lines[0].content.elementsEqual([ASCII.openBrace]), lines[3].content.elementsEqual([ASCII.closeBrace]),
            let key = octets(lines[1].content, "key"), let data = octets(lines[2].content, "data")
        else { return nil }
        return Entry(key: key, data: data, size: rest.startIndex - text.startIndex, end: rest.startIndex)
    }

    /// The bytes of a line like `key(5) = "/tool"`; nil if it is not one.
    private static func octets(_ line: Octets, _ name: String) -> Octets? {
        guard line.starts(with: Array((name + "(").utf8)) else { return nil }
        let digits = line.dropFirst(name.utf8.count + 1).prefix(while: ASCII.isDigit)
        let rest = line[digits.endIndex...]
        let start = Array(") = \"".utf8)
        guard rest.count > start.count, rest.starts(with: start), rest.last == ASCII.quote,
            let count = TextNumber.read(digits, as: Int.self),
            let octets = TDBDumpEscape.read(rest.dropFirst(start.count).dropLast()), octets.count == count
        else { return nil }
        return octets[...]
    }

    private static func text(_ key: Octets, _ data: Octets) -> [UInt8] {
        func line(_ name: String, _ octets: Octets) -> [UInt8] {
            Array("\(name)(\(octets.count)) = \"".utf8) + TDBDumpEscape.text(octets) + [ASCII.quote, ASCII.newline]
        }
        return Array("{\n".utf8) + line("key", key) + line("data", data) + Array("}\n".utf8)
    }

    // MARK: Redacting and writing

    /// The record with the new value; a record that is not a node is masked.
    func redacted(_ bytes: Octets, number: Int, from old: RecordBody, to new: RecordBody) -> [UInt8] {
        guard case .node(let data) = new, let entry = Self.entry(bytes),
            let node = try? TDBNode(key: entry.key, data: entry.data, form, byteOrder),
            node.value.count == data.value.count
        else { return bytes.map { $0 == ASCII.newline ? $0 : ASCII.x } }
        var octets = entry.data
        octets.replaceSubrange(node.value.indices, with: data.value)
        // After the children are bytes of no meaning, which may be of an older value.
        octets.replaceSubrange(node.end..., with: Array(repeating: ASCII.x, count: octets.endIndex - node.end))
        return octets == entry.data ? Array(bytes) : Self.text(entry.key, octets)
    }

    /// Nothing: a node's generation and its children are unknown.
    func line(of body: RecordBody) -> [UInt8] {
        []
    }
}
