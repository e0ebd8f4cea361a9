/// A run of bytes of a TDB file that becomes one record of the image.
struct TDBPiece {
    /// What the bytes are.
    enum Kind {
        /// The file's header, or the heads of the free list and of the hash chains.
        case frame
        /// A record.
        case record(TDBRecord)
        /// A record whose end has been overwritten or cut off, while its key and data are there.
        case torn(TDBRecord)
        /// What is left of a former record inside one that is freed.
        case remains(TDBRecord)
        /// Bytes in which no record can be recognized, and why.
        case damage(String)
    }

    /// Offsets in the file.
    let range: Range<Int>
    let kind: Kind

    /// The record in the bytes; nil if they hold none.
    var record: TDBRecord? {
        switch kind {
        case .record(let record), .torn(let record), .remains(let record): record
        case .frame, .damage: nil
        }
    }

    /// Key and data of its record; nil if it has none, or if they are not within the piece.
    func content(of bytes: [UInt8]) -> (key: Octets, data: Octets)? {
        record?.content(of: bytes, before: range.upperBound)
    }

    /// Whether the piece holds a record that is in use.
    var isUsed: Bool {
        if case .remains = kind { false } else { record?.kind == .used }
    }

    /// Whether the piece holds a record that is not in use any more.
    var isFormer: Bool {
        record != nil && !isUsed
    }
}
