import XenstoreStream

/// Proves, before an import is committed, that the tables give the image back byte for byte.
struct Proof {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Encodes the stream from the tables in their present state. If this throws, roll the
    /// transaction back.
    ///
    /// At the beginning of a chain every row is read. After another stream the kept rows have been
    /// read in this transaction, when that stream was compared with the image, and closing spans
    /// has changed exactly the rows that are not kept. So only the new rows are read, and their
    /// bytes are put between the kept ones.
    func prove(_ streamID: Int64, _ placement: Placement, _ image: ScannedImage) throws {
        do {
            let stream = try ArchivedStream.load(database, streamID: streamID)
            // A text's lines are made from its records, so the kept ones must be read, too.
            if let before = placement.before, !stream.format.layout.isText {
                try prove(stream, placement.ords, after: before)
            } else {
                try stream.encode(database) { _ in }
            }
        } catch let error as ArchiveError where error.code == .damaged {
            throw ArchiveError(
                .notReproducible,
                "the tables do not give the image back byte for byte, so nothing was stored (\(error)); "
                    + "this is a defect of xsarchive: report it with the image")
        }
    }

    private func prove(_ stream: ArchivedStream, _ ords: [Int64], after before: Placement.Predecessor) throws {
        let tip = before.tip
        let begun = try EncodedItems(database, stream.generation, .begun)
        var next = begun.items.makeIterator()
        var digest = Digest()
        digest.update(stream.header?.bytes ?? [])
        var piece = 0..<0
        func flush() {
            digest.update(tip.encoded.bytes[piece])
            piece = 0..<0
        }
        for (index, match) in before.matches.enumerated() {
            if match >= 0 {
                let range = tip.encoded.items[match].range
                if range.lowerBound != piece.upperBound {
                    flush()
                    piece = range
                } else {
                    piece = piece.lowerBound..<range.upperBound
                }
            } else {
                flush()
                guard let item = next.next(), item.ord == ords[index] else {
                    throw ArchiveError(.damaged, "the new span with ord \(ords[index]) is missing")
                }
                digest.update(begun.bytes[item.range])
            }
        }
        flush()
        digest.update(stream.trailer)
        try stream.check(digest, database)
    }
}
