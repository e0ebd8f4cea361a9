/// The header of a TDB file, 168 bytes, in the byte order of the machine that wrote it.
///
/// 32 bytes of magic, padded with NUL; version; number of hash chains; 32 more numbers. After it
/// come the head of the free list and the head of each hash chain, 4 bytes each, and then the
/// records (tools/xenstore/tdb.c of Xen before 4.18).
struct TDBHeader {
    /// What every file begins with.
    static let magic = Array("TDB file\n".utf8)
    /// Bytes of the header.
    static let size = 168
    /// The version of Samba's library, and of Xen to 4.8.
    private static let version6: UInt32 = 0x2601_1967 + 6
    private static let versionOffset = 32

    let byteOrder: ByteOrder
    /// Whether the version is that of Xen from 4.9 on.
    let isLater: Bool
    /// The number of hash chains.
    let chainCount: Int

    /// - Throws: `StreamError` if the bytes do not begin with the header of a known version.
    init(_ bytes: [UInt8]) throws(StreamError) {
        guard bytes.starts(with: Self.magic) else {
            throw StreamError(.notAStream, offset: 0, reason: "the file does not begin with \"TDB file\"")
        }
        guard bytes.count >= Self.size else {
            throw StreamError(
                .truncated, offset: bytes.count,
                reason: "the header of a TDB file has \(Self.size) bytes, the file has \(bytes.count)")
        }
        func number(_ order: ByteOrder, _ offset: Int) -> UInt32 { order.integer(UInt32.self, at: offset, of: bytes) }
        let versions = [Self.version6, Self.version6 + 1]
        guard
            let order = ByteOrder.allCases.first(where: { versions.contains(number($0, Self.versionOffset)) })
        else {
            throw StreamError(
                .damaged, offset: Self.versionOffset,
                reason: "the version of the TDB file is 0x\(String(number(.little, Self.versionOffset), radix: 16)), "
                    + "which no xenstored writes")
        }
        self.init(
            byteOrder: order, isLater: number(order, Self.versionOffset) != Self.version6,
            chainCount: Int(number(order, Self.versionOffset + 4)))
        guard chainCount > 0, recordsStart <= bytes.count else {
            throw StreamError(
                .damaged, offset: Self.versionOffset + 4,
                reason: "the TDB file has \(chainCount) hash chains by its header, and \(bytes.count) bytes")
        }
    }

    /// A header as it may have been.
    init(byteOrder: ByteOrder, isLater: Bool, chainCount: Int) {
        self.byteOrder = byteOrder
        self.isLater = isLater
        self.chainCount = chainCount
    }

    /// The offset of the head of a chain.
    func head(ofChain chain: Int) -> Int {
        Self.size + 4 + 4 * chain
    }

    /// The offset of the first record.
    var recordsStart: Int {
        head(ofChain: chainCount)
    }
}
