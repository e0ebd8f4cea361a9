/// Reads single records of a stream, and decides whether there is one at an offset.
package struct RecordReader {
    package let stream: [UInt8]
    package let format: StreamFormat
    private let permissionCache = PermissionCache<[Permission]>()
    private let plan: PlainNodePlan
    private let usesFastPath: Bool

    /// - Parameter usesFastPath: false to read plain nodes, too, by the walk over their fields;
    ///   tests compare the two.
    package init(stream: [UInt8], format: StreamFormat, usesFastPath: Bool = true) {
        self.usesFastPath = usesFastPath
        self.stream = stream
        self.format = format
        plan = PlainNodePlan(layout: format.layout)
    }

    /// The record at `offset`.
    /// - Throws: `StreamError` if the stream is cut off there, or the record's `len` is wrong.
    package func record(at offset: Int, number: Int) throws(StreamError) -> Record {
        if let node = plainNode(at: offset) { return record(node, number: number) }
        let frame = try Frame(stream: stream, offset: offset, number: number, byteOrder: format.byteOrder)
        // In a text, a line follows the fields, and a part of it may look like a record. Its
        // watches have a depth, whatever their strings are.
        if format.layout.isText { return try read(frame) }
        if let watch = watchWithoutDepth(frame) { return watch }
        let record = try read(frame)
        try checkLength(frame, record)
        return record
    }

    // MARK: Plain nodes

    /// The plain node at `offset`; nil if the record there is not one, or does not itself show
    /// where it ends.
    package func plainNode(at offset: Int) -> PlainNode? {
        guard usesFastPath, let node = stream.withUnsafeBytes({ plan.node(at: offset, in: $0, format) }) else {
            return nil
        }
        // If `len` does not count the padding, only the next record shows whether there is any.
        return node.padding == 0 || format.lengthRule == .padded ? node : nil
    }

    /// The record of a plain node.
    package func record(_ node: PlainNode, number: Int) -> Record {
        Record(
            number: number, offset: node.offset, size: node.size, length: node.length, body: .node(data(of: node)),
            residue: nil)
    }

    /// The fields of a plain node, which are slices of the stream.
    package func data(of node: PlainNode) -> NodeData {
        // A closure that needs the reader itself would copy it for each node.
        let (cache, order) = (permissionCache, format.byteOrder)
        let perms = stream.withUnsafeBytes { stream in
            let bytes = UnsafeRawBufferPointer(rebasing: stream[node.perms])
            return cache.value(of: bytes) { Permission.list(bytes, order) }
        }
        return NodeData(path: TerminatedString(stream[node.path]), value: stream[node.value], perms: perms)
    }

    /// The fields of a record that has been read before and takes exactly `range`, whatever its
    /// `len` says; nil if `range` is not in the stream.
    package func body(in range: Range<Int>) -> RecordBody? {
        read(in: range)?.body
    }

    /// What the fields of such a record do not explain; nil for a clean record.
    package func residue(in range: Range<Int>) -> Residue? {
        if let node = plainNode(at: range.lowerBound), node.size == range.count { return nil }
        return read(in: range).flatMap { body, reader in
            let length = format.byteOrder.integer(UInt32.self, at: range.lowerBound + 4, of: stream)
            return residue(body, reader, start: range.lowerBound + 8, length: length, end: range.upperBound)
        }
    }

    /// The type of the record at an offset; nil if the stream ends before.
    package func type(at offset: Int) -> RecordType? {
        guard offset >= 0, stream.count - offset >= 8 else { return nil }
        return RecordType(rawValue: format.byteOrder.integer(UInt32.self, at: offset, of: stream))
    }

    private func read(in range: Range<Int>) -> (body: RecordBody, reader: FieldReader)? {
        guard range.count >= 8, range.lowerBound >= 0, range.upperBound <= stream.count else { return nil }
        let type = RecordType(rawValue: format.byteOrder.integer(UInt32.self, at: range.lowerBound, of: stream))
        let start = range.lowerBound + 8
        let declared = start + Int(format.byteOrder.integer(UInt32.self, at: range.lowerBound + 4, of: stream))
        for end in [min(declared, range.upperBound), range.upperBound] {
            if type == .watchDataExtended, !format.layout.isText, let watch = watch(start..<end) { return watch }
            if let fields = fields(RecordBody(type: type), start..<end) { return fields }
        }
        return fields(.opaque(OpaqueData(type: type)), start..<min(declared, range.upperBound))
    }

    /// Whether the record in `range` is a node that every connection sees: NODE_DATA with conn-id
    /// 0.
    package func isCommittedNode(in range: Range<Int>) -> Bool {
        range.count >= 12 && range.lowerBound >= 0 && range.upperBound <= stream.count
            && format.byteOrder.integer(UInt32.self, at: range.lowerBound, of: stream) == RecordType.nodeData.rawValue
            && format.byteOrder.integer(UInt32.self, at: range.lowerBound + 8, of: stream) == 0
    }

    /// A watch with its depth if that makes sense, otherwise without its depth; nil if neither
    /// makes sense.
    private func watch(_ range: Range<Int>) -> (body: RecordBody, reader: FieldReader)? {
        var short = WatchDataExtended()
        short.hasDepth = false
        for empty in [WatchDataExtended(), short] {
            if let watch = fields(.watchExtended(empty), range), watch.body.isPlausible { return watch }
        }
        return nil
    }

    private func fields(_ empty: RecordBody, _ range: Range<Int>) -> (body: RecordBody, reader: FieldReader)? {
        var body = empty
        var reader = FieldReader(
            stream: stream, body: range, format: format, record: 0, type: empty.type, permissionCache: permissionCache)
        return (try? body.visitFields(&reader)).map { (body, reader) }
    }

    private func read(_ frame: Frame) throws(StreamError) -> Record {
        do throws(StreamError) {
            return try decode(frame)
        } catch {
            // A type that this layout does not define may have another body.
            guard frame.type > format.layout.lastRecordType else { throw error }
            return try decode(frame, .opaque(OpaqueData(type: frame.type)))
        }
    }

    /// Reads the fields of the frame's type.
    func decode(_ frame: Frame) throws(StreamError) -> Record {
        var reader = FieldReader(
            stream: stream, body: frame.body, format: format, record: frame.number, type: frame.type,
            permissionCache: permissionCache)
        let body = try RecordBody(type: frame.type, from: &reader)
        return record(frame, body, reader, end: frame.end)
    }

    /// Reads the fields of `empty` from the frame, which includes all bytes up to `end`.
    private func decode(_ frame: Frame, _ empty: RecordBody, end: Int? = nil) throws(StreamError) -> Record {
        var body = empty
        var reader = FieldReader(
            stream: stream, body: frame.body, format: format, record: frame.number, type: frame.type,
            permissionCache: permissionCache)
        try body.visitFields(&reader)
        return record(frame, body, reader, end: end ?? frame.end)
    }

    /// The record that `reader` has read, with its residue.
    private func record(_ frame: Frame, _ body: RecordBody, _ reader: FieldReader, end: Int) -> Record {
        Record(
            number: frame.number, offset: frame.offset, size: end - frame.offset, length: frame.length, body: body,
            residue: residue(body, reader, start: frame.body.lowerBound, length: frame.length, end: end))
    }

    /// What the fields that `reader` has read from `start` on do not explain of the bytes up to
    /// `end`.
    private func residue(_ body: RecordBody, _ reader: FieldReader, start: Int, length: UInt32, end: Int) -> Residue? {
        let fieldCount = reader.position - start
        let tail = stream[min(reader.position, end)..<end]
        let padding = (Padding.padded(fieldCount) ?? fieldCount) - fieldCount
        if length != format.lengthRule.length(ofFields: fieldCount + body.phantomOctets) {
            return Residue(length: length, alignment: reader.alignment, tail: tail)
        }
        if tail.count != padding || !tail.isZero { return Residue(alignment: reader.alignment, tail: tail) }
        return reader.alignment.isEmpty ? nil : Residue(alignment: reader.alignment)
    }

    // MARK: Wrong lengths

    /// Refuses a `len` that includes following records or leaves out the padding, but not one that
    /// includes bytes without a meaning.
    private func checkLength(_ frame: Frame, _ record: Record) throws(StreamError) {
        if frame.body.upperBound != frame.end, !isContinued(at: frame.end), isContinued(at: frame.body.upperBound) {
            throw StreamError(
                .lengthLies, offset: frame.offset + 4, record: frame.number, type: frame.type, field: .len,
                reason: "len is \(frame.length), and the next record follows without the padding to a multiple of 8")
        }
        guard let tail = record.residue?.tail, tail.count >= 8 else { return }
        let fieldsEnd = frame.end - tail.count / 8 * 8
        guard !isContinued(at: frame.end), isContinued(at: fieldsEnd) else { return }
        throw StreamError(
            .lengthLies, offset: frame.offset + 4, record: frame.number, type: frame.type, field: .len,
            reason: "len is \(frame.length), but the fields end and the next record begins "
                + "\(tail.count / 8 * 8) bytes earlier")
    }

    /// The record at `offset`, read only by its fields, as far as they reach; nil if that makes no
    /// sense either.
    func repaired(at offset: Int, number: Int) -> Record? {
        guard let frame = Frame(unbounded: stream, offset: offset, number: number, byteOrder: format.byteOrder),
            frame.type.isKnown, frame.type != .end
        else { return nil }
        var body = RecordBody(type: frame.type)
        var probe = PlausibilityProbe(
            stream: stream, body: frame.body, format: format, type: frame.type, permissionCache: permissionCache)
        guard (try? body.visitFields(&probe)) != nil, body.isPlausible,
            let padded = Padding.padded(probe.reader.position - frame.body.lowerBound)
        else { return nil }
        let end = frame.body.lowerBound + padded
        if end == stream.count || isContinued(at: end) { return record(frame, body, probe.reader, end: end) }
        // The padding may be missing.
        let exact = probe.reader.position
        return isContinued(at: exact) ? record(frame, body, probe.reader, end: exact) : nil
    }

    // MARK: Plausible places

    /// Whether the stream continues at `offset`: with a plausible record, or with END and nothing
    /// after it.
    func isContinued(at offset: Int) -> Bool {
        isLastEnd(at: offset) || isPlausible(at: offset)
    }

    /// Whether an empty END is at `offset`, with nothing after it.
    func isLastEnd(at offset: Int) -> Bool {
        offset + 8 == stream.count && stream[offset...].isZero
    }

    /// Whether there is a record at `offset` as a daemon writes it: a known type other than END,
    /// fields that fill its `len` except for padding, and values that make sense.
    func isPlausible(at offset: Int) -> Bool {
        guard offset >= 0, stream.count - offset >= 16 else { return false }
        // This runs for every byte of a damaged file: the cheapest checks come first.
        let lowest = stream[format.byteOrder == .little ? offset : offset + 3]
        guard lowest > 0, lowest <= 8 else { return false }
        let type = RecordType(rawValue: format.byteOrder.integer(UInt32.self, at: offset, of: stream))
        let length = Int(format.byteOrder.integer(UInt32.self, at: offset + 4, of: stream))
        guard type.isKnown, length >= 4, length <= stream.count - offset - 8,
            let frame = try? Frame(stream: stream, offset: offset, number: 0, byteOrder: format.byteOrder)
        else { return false }
        if watchWithoutDepth(frame) != nil { return true }
        var body = RecordBody(type: type)
        var probe = PlausibilityProbe(
            stream: stream, body: frame.body, format: format, type: type, permissionCache: permissionCache)
        guard (try? body.visitFields(&probe)) != nil, body.isPlausible else { return false }
        return frame.end - probe.reader.position < 8
    }

    // MARK: Watches without their depth

    /// The record in `frame` if it is a WATCH_DATA_EXTENDED without depth and pad, as daemons write
    /// it; nil if it is not.
    ///
    /// Its `len` counts the 4 bytes that are missing, and is then often 8 more than the record has.
    private func watchWithoutDepth(_ frame: Frame) -> Record? {
        guard frame.type == .watchDataExtended, frame.body.count >= 8 else { return nil }
        // The last 4 of the first 8 bytes are the strings' lengths. If `len` does not fit them,
        // nothing else is read.
        let lengths = format.byteOrder.integer(UInt32.self, at: frame.body.lowerBound + 4, of: stream)
        let fieldCount = 8 + Int(lengths & 0xFFFF) + Int(lengths >> 16)
        guard let counted = Padding.padded(fieldCount + 4), let padded = Padding.padded(fieldCount),
            Int(frame.length) == counted || Int(frame.length) == fieldCount + 4
        else { return nil }
        if let documented = try? decode(frame, .watchExtended(WatchDataExtended())), documented.body.isPlausible {
            return nil
        }
        var watch = WatchDataExtended()
        watch.hasDepth = false
        guard let short = try? decode(frame, .watchExtended(watch)), short.body.isPlausible else { return nil }
        // The strings make sense; the size of the record follows from them.
        let shortEnd = frame.body.lowerBound + padded
        let isLonger = shortEnd != frame.end && isContinued(at: frame.end) && !isContinued(at: shortEnd)
        return try? decode(frame, .watchExtended(watch), end: isLonger ? frame.end : shortEnd)
    }
}
