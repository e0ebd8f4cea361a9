/// Follows the hash chains and the free list of a TDB file, and notes where they contradict its
/// records.
///
/// A daemon finds a record only through its chain, so a used record outside of it is lost to it.
struct TDBChains {
    /// For each piece of the file, by its index, what is odd about it.
    private(set) var remarks: [Int: [TextItem.Remark]] = [:]
    private let file: TDBFile
    private let order: ByteOrder
    /// The piece of each record, by the record's offset.
    private var pieces: [Int: Int] = [:]
    /// The records that a chain or the free list has led to.
    private var reached: Set<Int> = []

    init(_ file: TDBFile) {
        self.file = file
        order = file.header.byteOrder
        for (index, piece) in file.pieces.enumerated() {
            if case .remains = piece.kind { continue }
            if let record = piece.record { pieces[record.offset] = index }
        }
        follow(chain: nil)
        for chain in 0..<file.header.chainCount { follow(chain: chain) }
        for (index, piece) in file.pieces.enumerated() {
            if case .remains = piece.kind { continue }
            if let record = piece.record { check(record, index) }
        }
    }

    /// Follows a hash chain from its head on, or the free list.
    private mutating func follow(chain: Int?) {
        let name = chain.map { "hash chain \($0)" } ?? "the free list"
        let oddity = chain == nil ? TextOddity.tdbFreeList : .tdbChain
        let head = chain.map(file.header.head) ?? TDBHeader.size
        // The heads are in the second piece.
        var (from, piece) = (head - TDBHeader.size, 1)
        var next = Int(order.integer(UInt32.self, at: head, of: file.bytes))
        while next != 0 {
            guard let index = pieces[next], let record = file.pieces[index].record else {
                return note(oddity, piece, from, "\(name) leads to offset \(next), where no record begins")
            }
            guard reached.insert(next).inserted else {
                return note(
                    oddity, piece, from, "\(name) leads to the record at offset \(next), which is in a chain already")
            }
            if let chain {
                if record.kind == .freed {
                    return note(oddity, piece, from, "\(name) leads to the freed record at offset \(next)")
                }
                let own = Int(record.hash) % file.header.chainCount
                if own != chain { note(oddity, index, 16, "the record is in \(name), and belongs to chain \(own)") }
            } else if record.kind != .freed {
                return note(oddity, piece, from, "\(name) leads to the record at offset \(next), which is not freed")
            }
            (from, piece, next) = (0, index, record.next)
        }
    }

    /// Notes whether no chain leads to a record, and whether it has the hash of its key.
    private mutating func check(_ record: TDBRecord, _ piece: Int) {
        if !reached.contains(record.offset) {
            if record.kind == .freed {
                note(.tdbFreeList, piece, 0, "the freed record is not in the free list")
            } else {
                note(.tdbChain, piece, 0, "the record is in no hash chain, so the daemon does not find it")
            }
        }
        guard record.kind == .used, let key = file.pieces[piece].content(of: file.bytes)?.key else { return }
        let hashes = TDBRecord.hashes(of: key)
        if !hashes.contains(record.hash) {
            note(
                .tdbHash, piece, 16,
                "the record has the hash 0x\(String(record.hash, radix: 16)), its key \(Escape.short(key)) has "
                    + "0x\(String(hashes[0], radix: 16))")
        }
    }

    private mutating func note(_ oddity: TextOddity, _ piece: Int, _ byte: Int, _ message: String) {
        remarks[piece, default: []].append(TextItem.Remark(oddity: oddity, byte: byte, message: message))
    }
}
