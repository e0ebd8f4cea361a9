import TestSupport
import Testing
import XenstoreStream

/// Texts as streams of records: oxenstored's state, and listings.
@Suite struct TextImageTests {
    private static let dump = Fixtures.bytes("oxenstored-4.17-small.dump")
    private static let header = "$xenstored-dump-format\n"

    private func records(_ text: [UInt8], _ layout: Layout) throws -> [Record] {
        // Not every text is a TDB file, and one that is none is read only by salvaging.
        let image = try TextImage(text, layout: layout, salvaging: layout == .tdb)
        let reader = RecordReader(stream: image.stream, format: StreamFormat(text: layout))
        var records: [Record] = []
        for (index, start) in image.starts.dropLast().enumerated() {
            records.append(try reader.record(at: start, number: index + 1))
        }
        return records
    }

    /// The text that is written from the records alone.
    private func comingBack(_ text: [UInt8], _ layout: Layout) throws -> [UInt8] {
        try records(text, layout).flatMap { TextImage.line(of: $0, layout: layout) }
    }

    private func rules(_ text: [UInt8], _ layout: Layout) throws -> [String] {
        let detection = try LayoutDetection(bytes: text, forced: layout)
        let image = try TextImage(text, layout: layout)
        var checker = ImageScan(header: nil, detection: detection, bytes: image.stream)
        for record in try records(text, layout) { checker.add(record) }
        return image.findings(checker.finish(trailer: [], size: image.stream.count)).map(\.rule)
    }

    private func hex(_ text: String) -> String {
        Hexadecimal.text(Octets(text.utf8))
    }

    // MARK: oxenstored

    @Test func aRealStateIsReadWithoutAnythingLeft() throws {
        let records = try records(Self.dump, .oxenstored)
        var counts: [RecordType: Int] = [:]
        for record in records { counts[record.type, default: 0] += 1 }
        // As many as the file has lines of that kind; the line of the event channel belongs to that
        // of the socket.
        #expect(counts == [.textLine: 1, .globalData: 1, .connectionData: 13, .watchData: 18, .nodeData: 725])
        #expect(records.allSatisfy { $0.residue == nil })
        #expect(try comingBack(Self.dump, .oxenstored) == Self.dump)
        #expect(try rules(Self.dump, .oxenstored) == ["not-utf8"])
    }

    @Test func linesSayWhatTheySay() throws {
        let lines =
            "global,3\nevtchn-dev,5,7\nsocket,9\ndom,2,-1,1,32\ndom,4,18,1\n"
            + "watch,2,\(hex("device")),\nwatch,-9,\(hex("@releaseDomain")),\(hex("t"))\n"
            + "store,\(hex("/a")),\(hex("n0\0r5")),00ff\n"
        let bodies = try records(Array((Self.header + lines).utf8), .oxenstored).map(\.body)
        try #require(bodies.count == 8)
        #expect(bodies[1] == .global(GlobalData(rwSocketFD: 3, secondFD: 5, virqPort: 7)))
        guard case .connection(let socket) = bodies[2], case .connection(let ring) = bodies[3],
            case .connection(let older) = bodies[4],
            case .watch(let watch) = bodies[5], case .watch(let other) = bodies[6], case .node(let node) = bodies[7]
        else {
            Issue.record("\(bodies)")
            return
        }
        #expect(socket.kind == .socket && socket.socketFD == 9 && socket.connID == 100_009)
        #expect(
            ring.kind == .ring && ring.domid == 2 && ring.mfn == UInt64.max && ring.revtchn == 1 && ring.levtchn == 32
                && ring.connID == 3)
        #expect(older.mfn == 18 && older.levtchn == UInt32.max)
        #expect(
            watch.connID == ring.connID && watch.wpath == TerminatedString("device")
                && watch.token == TerminatedString(""))
        #expect(other.connID == socket.connID)
        #expect(
            node.path == TerminatedString("/a") && node.value == [0, 0xFF]
                && node.perms == [Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, domid: 5)])
    }

    /// Lines that are read in spite of their form, and are restored as they are.
    @Test(arguments: [
        "global,3,4\n", "global,03\n", "global,+3\n", "socket,007\n", "dom,1,2,3,4,5\n", "dom,1,2,3,4294967295\n",
        "store,2F61,6E30,4A\n",
        "store,2f61,6e30,4a\r\n", "global,3\r\nevtchn-dev,5,3\r\n", "evtchn,5\nglobal,3\nevtchn-dev,05,3\n",
    ])
    func aLineOfItsOwnWayIsReadAndKept(_ lines: String) throws {
        let text = Array((Self.header + lines).utf8)
        let found = try records(text, .oxenstored)
        #expect(found.last?.residue != nil && found.last?.type != .textLine)
        #expect(try comingBack(text, .oxenstored) == text)
        #expect(try rules(text, .oxenstored).contains("odd-line"))
    }

    /// Unknown lines, which are restored as they are.
    @Test(arguments: [
        "whatever\n", "\n", "global\n", "global,x\n", "global,99999999999\n", "evtchn-dev,5,3\n", "socket,-3\n",
        "socket,1,2\n", "dom,1,2\n", "dom,70000,1,1\n",
        "dom,1,1,1,x\n", "watch,1,2f\n", "watch,x,2f,74\n", "watch,70000,2f,74\n",
        "watch,-9223372036854775808,2f,74\n", "watch,-2147483648,2f,74\n", "watch,1,2g,74\n", "watch,1,2f,7\n",
        "store,2f,6e30\n", "store,2f,,\n",
        "store,2f,78300a,\n", "store,2f,6e,\n", "store,2f,6e3939393939,\n", "store,2f,6e30,0\n", "store,2f,6e30,00,\n",
        "\u{0}\u{1}\n", "$xenstored-dump-format\n",
    ])
    func aLineThatTellsNothingIsKept(_ line: String) throws {
        let text = Array((Self.header + line).utf8)
        #expect(try records(text, .oxenstored).map(\.type) == [.textLine, .textLine])
        #expect(try comingBack(text, .oxenstored) == text)
        #expect(try rules(text, .oxenstored) == ["unknown-line"])
    }

    @Test func aTextThatIsCutOffIsToldAndKept() throws {
        for count in [0, 1, 22, 23, 40, 60, 100, 500, 5000, Self.dump.count - 1] {
            let text = Array(Self.dump.prefix(count))
            #expect(try comingBack(text, .oxenstored) == text)
            let rules = try rules(text, .oxenstored)
            #expect(
                count == 0 || text.last == 0x0A || rules.contains("cut-line") || rules.contains("unknown-line"),
                "\(count): \(rules)")
        }
    }

    @Test func aNodeThatNoRecordHoldsIsALine() throws {
        for (path, value, type) in [
            (65_533, 0, RecordType.nodeData), (65_534, 0, .textLine), (9, 65_535, .nodeData), (9, 65_536, .textLine),
        ] {
            let line =
                "store,\(hex("/" + String(repeating: "p", count: path))),6e30,"
                + "\(String(repeating: "ab", count: value))\n"
            let text = Array((Self.header + line).utf8)
            #expect(try records(text, .oxenstored).last?.type == type)
            #expect(try comingBack(text, .oxenstored) == text)
        }
    }

    /// A line that is kept verbatim may contain what looks like a record of a stream.
    @Test func aRecordInALineIsNone() throws {
        var line = Array("store,2F61,6E30,4A,".utf8)
        while line.count % 8 != 3 { line.append(0x2C) }
        var writer = StreamWriter(header: nil, format: StreamFormat(text: .oxenstored))
        try writer.write(
            .node(NodeData(path: TerminatedString("/x"), value: [], perms: [Permission(perm: 0x6E, domid: 0)])))
        let inner = writer.bytes
        let text = Array(Self.header.utf8) + line + inner + Array("\nglobal,3,".utf8) + inner + [0x0A]
        #expect(try comingBack(text, .oxenstored) == text)
    }

    @Test func anyTextComesBack() throws {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            var text = Array(Self.dump.prefix(4000))
            for _ in 0..<20 {
                let place = random.below(text.count)
                switch random.below(4) {
                case 0: text[place] = UInt8(random.below(256))
                case 1: text.remove(at: place)
                case 2: text.insert([0x2C, 0x0A, 0x0D, 0x30][random.below(4)], at: place)
                default:
                    text.insert(contentsOf: text[place..<min(place + 30, text.count)], at: random.below(text.count))
                }
            }
            for layout in Layout.texts { #expect(try comingBack(text, layout) == text, "seed \(seed), \(layout)") }
        }
    }

    // MARK: Listings

    @Test(arguments: ["xen-4.17-tiny", "xen-4.17-small", "xen-4.17-odd", "xen-4.17-seq-3"])
    func aListingHoldsTheNodesOfItsImage(_ name: String) throws {
        let text = Fixtures.bytes("listings/\(name).ls-fp.txt")
        let found = try records(text, .listing)
        #expect(found.allSatisfy { $0.residue == nil && $0.type == .nodeData })
        #expect(try comingBack(text, .listing) == text)
        let image = Fixtures.bytes(name + ".bin")
        var reader = try StreamReader(bytes: image, format: LayoutDetection(bytes: image).format)
        var expected: [Octets: NodeData] = [:]
        while let record = try reader.next() {
            guard case .node(var node) = record.body, node.path.octets.first == 0x2F, node.path.octets.count > 1 else {
                continue
            }
            // A listing does not show which permissions are stale.
            node.perms = node.perms.map { Permission(perm: $0.perm, domid: $0.domid) }
            expected[node.path.octets] = node
        }
        #expect(found.count == expected.count)
        for record in found {
            guard case .node(let node) = record.body else { continue }
            #expect(expected[node.path.octets] == node, "\(Escape.short(node.path.octets))")
        }
    }

    @Test func aListingWithoutPermissionsIsOneToo() throws {
        let text = Fixtures.bytes("listings/xen-4.17-odd.ls-f.txt")
        #expect(try LayoutDetection(bytes: text).format.layout == .listing)
        #expect(try comingBack(text, .listing) == text)
        #expect(try records(text, .listing).allSatisfy { $0.type == .nodeData && $0.residue == nil })
        #expect(try !rules(text, .listing).contains("no-perms"))
    }

    @Test func whatIsAmbiguousIsReadFromItsEnd() throws {
        let line = "/a = \"x\"   (n0) = \"y\"   (r1,n2)\n"
        guard case .node(let node)? = try records(Array(line.utf8), .listing).first?.body else {
            Issue.record("no node")
            return
        }
        #expect(
            node.value == Octets("x\"   (n0) = \"y".utf8)
                && node.perms == [Permission(perm: 0x72, domid: 1), Permission(perm: 0x6E, domid: 2)])
    }

    @Test(arguments: [
        "/a = \"x\n", "/a\n", "/a = x\n", "a = \"x\"   (n0)\n", "/a = \"\\q\"   (n0)\n",
        "/a = \"\\x4\"   (n0)\n", "/a = \"\\009\"   (n0)\n",
        "/a = \"x\"   (n0\n", "/a = \"x\"   (z0)\n", "/a = \"\\\"   (n0)\n",
    ])
    func aLineOfNoListingIsKept(_ line: String) throws {
        let text = Array(("/ok = \"\"   (n0)\n" + line).utf8)
        #expect(try comingBack(text, .listing) == text)
        // If it begins a value, the text may be cut off there.
        #expect(try rules(text, .listing).filter { $0 != "cut-line" } == ["unknown-line"])
    }

    // MARK: Detection

    @Test func textsAreKnownByTheirFirstLine() throws {
        #expect(try LayoutDetection(bytes: Self.dump).format.layout == .oxenstored)
        #expect(try LayoutDetection(bytes: Array("/a = \"\"   (n0)\n".utf8)).format.layout == .listing)
        #expect(try LayoutDetection(bytes: Array("hello\n".utf8), forced: .listing).format.layout == .listing)
        for text in ["hello\n", "/etc/passwd\n", "$xenstored\n", "a = \"b\"\nc = \"d\"\n"] {
            #expect(throws: StreamError.self) { try LayoutDetection(bytes: Array(text.utf8)) }
        }
        #expect(throws: StreamError.self) { try LayoutDetection(bytes: Self.dump, forced: .v1) }
    }
}
