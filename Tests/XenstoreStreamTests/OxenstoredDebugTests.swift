import TestSupport
import Testing
import XenstoreStream

/// The text that oxenstored writes on SIGUSR1.
@Suite struct OxenstoredDebugTests {
    private static let real = Fixtures.bytes("databases/oxenstored-4.17-sigusr1.db.debug")

    private func records(_ text: [UInt8]) throws -> [Record] {
        let image = try TextImage(text, layout: .oxenstoredDebug)
        let reader = RecordReader(stream: image.stream, format: StreamFormat(text: .oxenstoredDebug))
        return try image.starts.dropLast().enumerated().map { try reader.record(at: $1, number: $0 + 1) }
    }

    private func comingBack(_ text: [UInt8]) throws -> [UInt8] {
        try records(text).flatMap { TextImage.line(of: $0, layout: .oxenstoredDebug) }
    }

    private func rules(_ text: [UInt8]) throws -> [String] {
        let image = try TextImage(text, layout: .oxenstoredDebug)
        var scan = ImageScan(
            header: nil, detection: try LayoutDetection(bytes: text, forced: .oxenstoredDebug), bytes: image.stream)
        for record in try records(text) { scan.add(record) }
        return image.findings(scan.finish(trailer: [], size: image.stream.count)).map(\.rule)
    }

    private func nodes(_ text: String) throws -> [NodeData] {
        try records(Array(text.utf8)).compactMap { if case .node(let data) = $0.body { data } else { nil } }
    }

    @Test func aRealTextIsReadWithoutAnythingLeft() throws {
        #expect(try LayoutDetection(bytes: Self.real).format.layout == .oxenstoredDebug)
        let records = try records(Self.real)
        #expect(records.count == 9 && records.allSatisfy { $0.type == .nodeData && $0.residue == nil })
        #expect(try comingBack(Self.real) == Self.real)
        #expect(try rules(Self.real) == ["not-utf8"])
        let nodes = try nodes(String(decoding: Self.real, as: UTF8.self))
        #expect(
            nodes.map { String(decoding: $0.path.octets, as: UTF8.self) } == [
                "/", "/tool", "/tool/xenstored", "/local", "/a", "/a/bin", "/a/b", "@releaseDomain", "@introduceDomain",
            ])
        #expect(Array(nodes[5].value) == [0, 255, 128, 10])
        #expect(Array(nodes[6].value) == Array("he\u{1}l\n\"lo\\".utf8))
        #expect(nodes[6].perms == [Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, domid: 3)])
    }

    @Test func everyByteOfAValueComesBack() throws {
        let node = RecordBody.node(
            NodeData(
                path: TerminatedString("/a/b"), value: Octets((0...255).map { UInt8($0) }),
                perms: [Permission(perm: 0x77, domid: 65_535)]))
        let text = TextImage.line(of: node, layout: .oxenstoredDebug)
        #expect(
            text.starts(
                with: Array("a/b{w65535} = \\000\\001\\002\\003\\004\\005\\006\\007\\b\\t\\n\\011\\012\\r".utf8)))
        #expect(try records(text).map(\.body) == [node])
        #expect(try records(text)[0].residue == nil)
    }

    @Test(arguments: [
        "/a/b{n0}\n", "a/b{n0} = \n", "/a{n0} = \\065\n", "/a{\\110\\048}\n", "/a{n0} = x\r\n",
    ])
    func aLineOfItsOwnWayIsReadAndKept(_ line: String) throws {
        let text = Array(("/{n0}\n" + line).utf8)
        #expect(try nodes("/{n0}\n" + line).count == 2)
        #expect(try comingBack(text) == text)
        #expect(try rules(text).contains("odd-line"))
    }

    @Test(arguments: [
        "a{n0}\n", "{n0}\n", "/a\n", "/a{n0\n", "/a{z0}\n", "/a{n0}=x\n", "/a{n0} = \\x41\n", "/a{n0} = \\256\n",
        "/a{n0} = \\25\n", "/a{n0} = \\\n", "/a{}\n", "\n",
    ])
    func aLineThatIsNoNodeIsKept(_ line: String) throws {
        let text = Array(("/{n0}\n" + line).utf8)
        #expect(try comingBack(text) == text)
        #expect(try rules(text) == ["unknown-line"])
    }
}
