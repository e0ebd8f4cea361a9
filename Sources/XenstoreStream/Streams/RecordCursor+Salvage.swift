extension RecordCursor {
    /// The next record or damaged span of a file of which something is wrong.
    ///
    /// Where no record can be read, reading goes on at the next plausible one: on a multiple of 8 bytes from there, or at any byte
    /// if a further one follows it. A record whose `len` alone is wrong is read by its fields.
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
        let reason = start == 0 ? "the header is damaged or missing" : failure?.reason ?? "no record stands here"
        return .damage(Damage(offset: start, bytes: bytes[start..<offset], reason: reason))
    }

    /// The record at `offset`, if there is one that can be believed.
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

    /// Whether what was read is a record, in a stream of which something is wrong: its fields make sense, or what follows does.
    private func isBelievable(_ record: Record) -> Bool {
        let end = record.offset + record.size
        switch record.body {
        // Zeros read as END: they are one only if no record comes after them.
        case .opaque where record.type == .end: return nextRecord(from: end) == nil
        case .opaque: return end == bytes.count || reader.isContinued(at: end)
        default: return (record.residue?.length == nil && record.body.isPlausible) || reader.isContinued(at: end)
        }
    }

    /// Whether a record comes right after the fields of this one, where its `len` takes it in.
    private func hidesAnother(_ record: Record) -> Bool {
        guard let tail = record.residue?.tail, tail.count >= 8 else { return false }
        return reader.isPlausible(at: record.offset + record.size - tail.count / 8 * 8)
    }

    /// Where the next plausible record begins, from `start` on; nil if there is none.
    private func nextRecord(from start: Int) -> Int? {
        // Records are at multiples of 8 from the one before, and so from here; off this grid are those after bytes that were
        // lost or inserted, and what only looks like a record.
        for place in start..<max(start, bytes.count) where reader.isPlausible(at: place) {
            if (place - offset) % 8 == 0 || isFollowed(place) { return place }
        }
        return nil
    }

    /// The offset of an empty END at the end of the file, after the damaged span that begins at `offset`.
    ///
    /// The zeros with which most records begin look the same where a file is cut off: they are not taken for END.
    private func lastEnd() -> Int? {
        let place = bytes.count - 8
        guard place >= offset + 24, (place - offset) % 8 == 0, recordCount > 0 else { return nil }
        return reader.isLastEnd(at: place) ? place : nil
    }

    /// Whether the record at `place` has a successor: what a place off the grid must show in addition.
    private func isFollowed(_ place: Int) -> Bool {
        guard let record = try? reader.record(at: place, number: 0) else { return false }
        let end = record.offset + record.size
        return end == bytes.count || reader.isContinued(at: end)
    }
}
