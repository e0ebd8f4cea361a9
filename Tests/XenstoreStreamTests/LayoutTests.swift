import Testing
import XenstoreStream

/// The layouts byte by byte, written by hand from the documents: no round trip can prove them.
@Suite struct LayoutTests {
    /// A record's bytes after its type and len.
    private func encode(_ body: RecordBody, _ layout: Layout, _ order: ByteOrder = .little) throws -> [UInt8] {
        let format = StreamFormat(layout: layout, byteOrder: order, lengthRule: .body)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(body)
        return Array(writer.bytes[16...])
    }

    private func hex(_ text: String) -> [UInt8] {
        let digits = text.filter { $0.isHexDigit }.compactMap { $0.hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    @Test func headerIsAlwaysBigEndian() {
        #expect(Header(version: 1, flags: 0).bytes == hex("78656e73746f7265 00000001 00000000"))
        #expect(Header(version: 2, flags: 1).bytes == hex("78656e73746f7265 00000002 00000001"))
    }

    @Test(arguments: Layout.streams) func globalData(_ layout: Layout) throws {
        let body = RecordBody.global(GlobalData(rwSocketFD: 3, secondFD: -1))
        #expect(try encode(body, layout) == hex("01000000 08000000 03000000 ffffffff"))
        #expect(try encode(body, layout, .big) == hex("00000001 00000008 00000003 ffffffff"))
    }

    @Test func draftRingConnection() throws {
        var data = ConnectionData(connID: 1, ringOf: 5, tdomid: 0x7FF4, evtchn: 0)
        data.connPad = 0x0A0B_0C0D
        data.flags = 3
        data.revtchn = 2
        data.levtchn = 30
        data.mfn = 0x1122_3344_5566_7788
        data.outData = [0xAA, 0xBB]
        #expect(
            try encode(.connection(data), .draft)
                == hex(
                    "02000000 26000000 01000000 0d0c0b0a 0000 0500 f47f 0300 02000000 1e000000 "
                        + "8877665544332211 02000000 aabb 0000"
                ))
        #expect(
            try encode(.connection(data), .draft, .big)
                == hex(
                    "00000002 00000026 00000001 0a0b0c0d 0000 0005 7ff4 0003 00000002 0000001e "
                        + "1122334455667788 00000002 aabb 0000"
                ))
    }

    @Test func draftSocketConnection() throws {
        var data = ConnectionData(connID: 2, socketFD: 9)
        data.flags = 1
        data.outData = [0xCC]
        #expect(
            try encode(.connection(data), .draft)
                == hex("02000000 15000000 02000000 00000000 0100 0100 09000000 01000000 cc 000000"))
    }

    @Test(arguments: [Layout.v1, .v2]) func releasedRingConnectionWithUniqueID(_ layout: Layout) throws {
        var data = ConnectionData(connID: 4, ringOf: 2, tdomid: 1, evtchn: 32)
        data.fields = 1
        data.inData = [1, 2, 3]
        data.outRespLength = 1
        data.outData = [4, 5]
        data.uniqueID = 0x0102_0304_0506_0708
        #expect(
            try encode(.connection(data), layout)
                == hex(
                    "02000000 28000000 04000000 0000 0100 0200 0100 20000000 0300 0100 02000000 "
                        + "010203 0405 000000 0807060504030201"
                ))
        #expect(
            try encode(.connection(data), layout, .big)
                == hex(
                    "00000002 00000028 00000004 0000 0001 0002 0001 00000020 0003 0001 00000002 "
                        + "010203 0405 000000 0102030405060708"
                ))
    }

    @Test(arguments: [Layout.v1, .v2]) func releasedSocketConnection(_ layout: Layout) throws {
        let data = ConnectionData(connID: 4, socketFD: 7)
        #expect(
            try encode(.connection(data), layout)
                == hex("02000000 18000000 04000000 0100 0000 07000000 00000000 0000 0000 00000000"))
    }

    @Test(arguments: Layout.streams) func watchData(_ layout: Layout) throws {
        let body = RecordBody.watch(WatchData(connID: 3, wpath: TerminatedString("ab"), token: TerminatedString("t")))
        #expect(try encode(body, layout) == hex("03000000 0d000000 03000000 0300 0200 616200 7400 000000"))
        #expect(try encode(body, layout, .big) == hex("00000003 0000000d 00000003 0003 0002 616200 7400 000000"))
    }

    @Test func watchDataExtended() throws {
        let body = RecordBody.watchExtended(
            WatchDataExtended(
                connID: 3, wpath: TerminatedString("ab"), token: TerminatedString("t"), depth: 2, depthPad: 1))
        #expect(
            try encode(body, .v2) == hex("08000000 11000000 03000000 0300 0200 0200 0100 616200 7400 00000000000000"))
    }

    @Test(arguments: Layout.streams) func transactionData(_ layout: Layout) throws {
        let body = RecordBody.transaction(TransactionData(connID: 3, txID: 9))
        #expect(try encode(body, layout) == hex("04000000 08000000 03000000 09000000"))
    }

    private let node = NodeData(
        path: TerminatedString("/a"), value: [0x31, 0x00],
        perms: [Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, flags: 1, domid: 0x0102)], connID: 5, txID: 6,
        access: 2)

    @Test func draftNodeData() throws {
        #expect(
            try encode(.node(node), .draft)
                == hex("05000000 1d000000 05000000 06000000 0200 0200 6e000000 72010201 0300 0200 2f6100 3100 000000"))
        #expect(
            try encode(.node(node), .draft, .big)
                == hex("00000005 0000001d 00000005 00000006 0002 0002 6e000000 72010102 0003 0002 2f6100 3100 000000"))
    }

    @Test(arguments: [Layout.v1, .v2]) func releasedNodeData(_ layout: Layout) throws {
        #expect(
            try encode(.node(node), layout)
                == hex("05000000 1d000000 05000000 06000000 0300 0200 0200 0200 6e000000 72010201 2f6100 3100 000000"))
        #expect(
            try encode(.node(node), layout, .big)
                == hex("00000005 0000001d 00000005 00000006 0003 0002 0002 0002 6e000000 72010102 2f6100 3100 000000"))
    }

    @Test func globalQuotaData() throws {
        let quotas = [Quota(name: Octets("ab".utf8), value: 1000), Quota(name: Octets("c".utf8), value: 0)]
        let body = RecordBody.globalQuota(GlobalQuotaData(domQuotaCount: 1, quotas: quotas))
        #expect(
            try encode(body, .v2) == hex("06000000 11000000 0100 0100 e8030000 00000000 616200 6300 00000000000000"))
    }

    @Test func domainData() throws {
        let body = RecordBody.domain(
            DomainData(domid: 4, features: 0xE, quotas: [Quota(name: Octets("n".utf8), value: 7)]))
        #expect(try encode(body, .v2) == hex("07000000 0e000000 0400 0100 0e000000 07000000 6e00 0000"))
        #expect(try encode(body, .v2, .big) == hex("00000007 0000000e 0004 0001 0000000e 00000007 6e00 0000"))
    }

    @Test func lenCountsPaddingWhereTheImageDoesSo() throws {
        let format = StreamFormat(layout: .v1, lengthRule: .padded)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.node(node))
        #expect(Array(writer.bytes[16..<24]) == hex("05000000 20000000"))
        #expect(writer.bytes.count == 16 + 8 + 32)
    }
}
