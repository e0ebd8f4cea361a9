/// The TDB file of a C xenstored before 4.18, which is not a text: a header, the heads of hash
/// chains, and records one after another.
///
/// Each record that is in use and holds a node becomes a node record; its bytes follow the fields
/// as they are. All other bytes are kept as pieces of no known meaning. Records that were freed
/// hold nodes that were deleted or stored elsewhere; if a file is salvaged, they become nodes that
/// no connection sees.
struct TDBDialect: LineDialect {
    let layout = Layout.tdb
    let head: [UInt8] = []

    private var file: TDBFile?
    private var tree = TDBTree { _ in }
    private var remarks: [Int: [TextItem.Remark]] = [:]
    private var isSalvaging = false
    /// The first piece with a node that is not in use any more, and the number of these pieces.
    private var former: (first: Int, count: Int)?
    private var next = 0

    func recognizes(_ text: Octets) -> String? {
        text.starts(with: TDBHeader.magic) ? "the file begins with \"TDB file\"" : nil
    }

    mutating func begin(_ text: [UInt8], salvaging: Bool) throws(StreamError) {
        let file = salvaging ? TDBFile(salvaging: text) : try TDBFile(text)
        tree = TDBTree { body in
            for piece in file.pieces where piece.isUsed {
                if let node = Self.node(piece, of: file) { body(node) }
            }
        }
        let formers = file.pieces.indices.filter { Self.formerNode(file.pieces[$0], of: file) != nil }
        former = formers.first.map { ($0, formers.count) }
        remarks = file.header.chainCount == 0 ? [:] : TDBChains(file).remarks
        self.file = file
        isSalvaging = salvaging
        next = 0
    }

    var isDamaged: Bool {
        file?.isDamaged ?? false
    }

    var hasFormerNodes: Bool {
        former != nil
    }

    mutating func read(_ text: Octets, isFirst: Bool) -> TextItem {
        guard let file, next < file.pieces.count, file.pieces[next].range.lowerBound == text.startIndex else {
            return Self.verbatim(text)
        }
        let piece = file.pieces[next]
        var result = item(piece, text[piece.range], of: file)
        result.remarks += remarks[next] ?? []
        next += 1
        return result
    }

    private func item(_ piece: TDBPiece, _ bytes: Octets, of file: TDBFile) -> TextItem {
        switch piece.kind {
        case .frame: return Self.verbatim(bytes)
        case .damage(let reason):
            return Self.verbatim(
                bytes, .damagedSpan, "\(bytes.count) bytes in which no record can be recognized: \(reason)")
        case .record, .torn, .remains: break
        }
        guard piece.isUsed else { return formerItem(piece, bytes, of: file) }
        var item: TextItem
        switch Self.reading(piece, of: file) {
        case .success(let node):
            item = TextItem(body: node.record(access: tree.access(of: node)), end: bytes.endIndex, problem: nil)
            item.isVerbatim = true
            item.remarks = tree.remarks(on: node)
        case .failure(let problem):
            item = Self.verbatim(bytes, .tdbData, "the record is not a node: \(problem.reason)")
        }
        if case .torn = piece.kind {
            item.remarks.append(
                TextItem.Remark(oddity: .tdbTailer, message: "the end of the record is overwritten or cut off"))
        }
        return item
    }

    private func formerItem(_ piece: TDBPiece, _ bytes: Octets, of file: TDBFile) -> TextItem {
        guard let node = Self.formerNode(piece, of: file) else { return Self.verbatim(bytes) }
        guard isSalvaging else {
            guard let former, former.first == next else { return Self.verbatim(bytes) }
            let count =
                former.count == 1
                ? "a freed record still holds a node" : "\(former.count) freed records still hold nodes"
            return Self.verbatim(
                bytes, .freedRecord,
                "\(count), deleted or stored elsewhere since; the first is \(Escape.short(node.path))")
        }
        var item = TextItem(body: node.deletedRecord, end: bytes.endIndex, problem: nil)
        item.isVerbatim = true
        return item
    }

    private static func verbatim(_ bytes: Octets, _ oddity: TextOddity? = nil, _ message: String = "") -> TextItem {
        var item = TextItem(
            body: .opaque(OpaqueData(type: .textLine, body: bytes)), end: bytes.endIndex, problem: nil)
        item.isVerbatim = true
        if let oddity { item.remarks = [TextItem.Remark(oddity: oddity, message: message)] }
        return item
    }

    // MARK: Nodes

    private static func node(_ piece: TDBPiece, of file: TDBFile) -> TDBNode? {
        try? reading(piece, of: file).get()
    }

    private static func reading(_ piece: TDBPiece, of file: TDBFile) -> Result<TDBNode, TDBNode.Problem> {
        guard let (key, data) = piece.content(of: file.bytes) else {
            return .failure(TDBNode.Problem(reason: "key and data are not in the record"))
        }
        do throws(TDBNode.Problem) {
            return .success(try TDBNode(key: key, data: data, file.form, file.header.byteOrder))
        } catch {
            return .failure(error)
        }
    }

    private static func formerNode(_ piece: TDBPiece, of file: TDBFile) -> TDBNode? {
        guard piece.isFormer, let record = piece.record else { return nil }
        return file.formerNode(record, before: piece.range.upperBound)
    }

    // MARK: Redacting

    /// The bytes with the new value of the node, and with an x for each byte that no field holds
    /// and that may be of an older value.
    func redacted(_ bytes: Octets, number: Int, from old: RecordBody, to new: RecordBody) -> [UInt8] {
        guard let file, file.pieces.indices.contains(number - 1) else { return Self.masked(bytes.count) }
        let piece = file.pieces[number - 1]
        var result = file.bytes[piece.range]
        var start = piece.range.lowerBound
        if case .frame = piece.kind { return Array(result) }
        if piece.record != nil { start += min(TDBRecord.headerSize, piece.range.count) }
        if case .node(let data) = new,
            let node = piece.isUsed ? Self.node(piece, of: file) : Self.formerNode(piece, of: file),
            node.value.count == data.value.count
        {
            result.replaceSubrange(node.value.indices, with: data.value)
            start = node.end
        }
        let end = piece.range.upperBound - (file.hasRecordEnd(number - 1) ? TDBRecord.tailerSize : 0)
        if start < end { result.replaceSubrange(start..<end, with: Self.masked(end - start)) }
        return Array(result)
    }

    private static func masked(_ count: Int) -> [UInt8] {
        Array(repeating: ASCII.x, count: count)
    }

    // MARK: Writing

    /// Nothing: a node's generation, its children and its place among the records are unknown.
    func line(of body: RecordBody) -> [UInt8] {
        []
    }
}
