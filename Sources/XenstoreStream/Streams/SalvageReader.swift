/// Reads whatever can be read of a damaged stream: every byte belongs to the header, a record, a damaged span or the trailer.
///
/// Where no record can be read it goes on at the next plausible one: on a multiple of 8 bytes from there, or at any byte
/// where a further one follows it. A record whose `len` alone is wrong is read by its fields.
public struct SalvageReader {
    /// Nil where the file does not begin with one; the first item then begins at offset 0.
    public let header: Header?
    public let format: StreamFormat
    public let bytes: [UInt8]
    /// Bytes from the start of the file to the next item.
    public private(set) var offset: Int
    /// How many records have been read.
    public private(set) var recordCount = 0
    private var ended = false
    private let reader: RecordReader

    /// Reads any bytes.
    public init(bytes: [UInt8], format: StreamFormat) {
        header = try? Header(bytes: bytes)
        self.bytes = bytes
        self.format = format
        offset = header == nil ? 0 : Header.size
        reader = RecordReader(stream: bytes, format: format)
    }

    /// The bytes behind END; empty until END has been read.
    public var trailer: Octets {
        ended ? bytes[offset...] : []
    }

    /// The next record or damaged span; nil behind the last.
    public mutating func next() -> StreamItem? {
        guard !ended && offset < bytes.count else { return nil }
        var failure: StreamError?
        if let record = read(&failure) {
            recordCount += 1
            offset += record.size
            ended = record.type == .end
            return .record(record)
        }
        let start = offset
        offset = nextRecord(from: start + 1) ?? lastEnd() ?? bytes.count
        let reason = start == 0 ? "the header is damaged or missing" : failure?.reason ?? "no record stands here"
        return .damage(Damage(offset: start, bytes: bytes[start..<offset], reason: reason))
    }

    /// The record at `offset` where there is one that can be believed.
    private func read(_ failure: inout StreamError?) -> Record? {
        do throws(StreamError) {
            let record = try reader.record(at: offset, number: recordCount + 1)
            if isCredible(record) {
                return hidesAnother(record) ? reader.repaired(at: offset, number: record.number) ?? record : record
            }
        } catch {
            failure = error
        }
        return reader.repaired(at: offset, number: recordCount + 1)
    }

    /// Whether to take a record for one, in a stream of which something is wrong: its fields make sense, or what follows does.
    private func isCredible(_ record: Record) -> Bool {
        let end = record.offset + record.size
        switch record.body {
        // Zeros read as END: it is one only where no record stands behind it.
        case .opaque where record.type == .end: return nextRecord(from: end) == nil
        case .opaque: return end == bytes.count || reader.isContinued(at: end)
        default: return (record.residue?.length == nil && record.body.isPlausible) || reader.isContinued(at: end)
        }
    }

    /// Whether a record stands right behind the fields of this one, where its `len` takes it in.
    private func hidesAnother(_ record: Record) -> Bool {
        guard let tail = record.residue?.tail, tail.count >= 8 else { return false }
        return reader.isPlausible(at: record.offset + record.size - tail.count / 8 * 8)
    }

    /// Where the next plausible record begins, from `start` on; nil where there is none.
    private func nextRecord(from start: Int) -> Int? {
        // Records lie on multiples of 8 from the one before, and so from here; off them lie those behind bytes that were lost
        // or came in, and what only looks like a record.
        for place in start..<max(start, bytes.count) where reader.isPlausible(at: place) {
            if (place - offset) % 8 == 0 || isFollowed(place) { return place }
        }
        return nil
    }

    /// The place of an empty END at the end of the file, behind the damaged span that begins at `offset`.
    ///
    /// The zeros with which most records begin look the same where a file is cut off: they are not taken for END.
    private func lastEnd() -> Int? {
        let place = bytes.count - 8
        guard place >= offset + 24, (place - offset) % 8 == 0, recordCount > 0 else { return nil }
        return reader.isLastEnd(at: place) ? place : nil
    }

    /// Whether the record at `place` has a successor: what a place off the grid must show besides.
    private func isFollowed(_ place: Int) -> Bool {
        guard let record = try? reader.record(at: place, number: 0) else { return false }
        let end = record.offset + record.size
        return end == bytes.count || reader.isContinued(at: end)
    }
}
