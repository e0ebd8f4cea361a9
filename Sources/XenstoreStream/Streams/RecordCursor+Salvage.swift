extension RecordCursor {
    /// The next record or damaged span of a damaged file.
    ///
    /// If no record can be read, reading continues at the next plausible one: at a multiple of 8
    /// bytes from there, or at any byte if another record follows it. A record of which only `len`
    /// is wrong is read by its fields.
    mutating func nextSalvaged() -> Item? {
        guard offset < bytes.count else { return nil }
        var failure: StreamError?
        if let record = readBelievable(&failure) {
            recordCount += 1
            offset += record.size
            ended = record.type == .end
            return .record(record)
        }
        let start = offset
        offset = nextRecord(from: start + 1) ?? lastEnd() ?? bytes.count
        let reason = start == 0 ? "the header is damaged or missing" : failure?.reason ?? "a record here makes no sense"
        return .damage(Damage(offset: start, bytes: bytes[start..<offset], reason: reason))
    }

    /// The record at `offset`; nil if no record there can be trusted.
    private func readBelievable(_ failure: inout StreamError?) -> Record? {
        do throws(StreamError) {
            let record = try reader.record(at: offset, number: recordCount + 1)
            if isBelievable(record) {
                return hidesAnother(record) ? reader.repaired(at: offset, number: record.number) ?? record : record
            }
        } catch {
            failure = error
        }
        return reader.repaired(at: offset, number: recordCount + 1)
    }

    /// Whether a record read from a damaged stream is one: its fields make sense, or what follows
    /// does.
    private func isBelievable(_ record: Record) -> Bool {
        let end = record.offset + record.size
        switch record.body {
        // Zeros look like END, but are one only if no record comes after them.
        case .opaque where record.type == .end: return nextRecord(from: end) == nil
        case .opaque: return end == bytes.count || reader.isContinued(at: end)
        default: return (record.residue?.length == nil && record.body.isPlausible) || reader.isContinued(at: end)
        }
    }

    /// Whether another record comes directly after the fields of this one, inside its `len`.
    private func hidesAnother(_ record: Record) -> Bool {
        guard let tail = record.residue?.tail, tail.count >= 8 else { return false }
        return reader.isPlausible(at: record.offset + record.size - tail.count / 8 * 8)
    }

    /// The offset of the next plausible record, from `start` on; nil if there are no more.
    private func nextRecord(from start: Int) -> Int? {
        // Records are at multiples of 8 bytes from the one before, and so from here. Off this grid
        // are records after lost or inserted bytes, and bytes that only look like a record.
        for place in start..<max(start, bytes.count) where reader.isPlausible(at: place) {
            if (place - offset) % 8 == 0 || isFollowed(place) { return place }
        }
        return nil
    }

    /// The offset of an empty END at the end of the file, after the damaged span that begins at
    /// `offset`.
    ///
    /// If a file is cut off, the zeros with which most records begin look the same: they are not
    /// taken for END.
    private func lastEnd() -> Int? {
        let place = bytes.count - 8
        guard place >= offset + 24, (place - offset) % 8 == 0, recordCount > 0 else { return nil }
        return reader.isLastEnd(at: place) ? place : nil
    }

    /// Whether the record at `place` has a successor, as a record off the grid must have.
    private func isFollowed(_ place: Int) -> Bool {
        guard let record = try? reader.record(at: place, number: 0) else { return false }
        let end = record.offset + record.size
        return end == bytes.count || reader.isContinued(at: end)
    }
}
