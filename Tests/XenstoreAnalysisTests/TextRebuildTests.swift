import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Streams from texts, and oxenstored's text from streams.
@Suite struct TextRebuildTests {
    private func rebuild(_ name: String, _ layout: Layout?) throws -> RebuiltStream {
        var plan = Rebuild()
        plan.form.layout = layout
        return try plan.run(ImageSource(name: name, file: ScannedImage(bytes: Fixtures.bytes(name))))
    }

    /// The committed nodes by path, in a form that both daemons share: special nodes without a
    /// slash, no stale entries, no root.
    private func nodes(_ image: ScannedImage) throws -> [Octets: NodeData] {
        var nodes: [Octets: NodeData] = [:]
        try image.forEachItem { _, item in
            guard case .record(let record) = item, case .node(var node) = record.body, node.isCommitted else { return }
            if node.path.octets.starts(with: Array("/@".utf8)) { node.path.octets = node.path.octets.dropFirst() }
            node.perms.removeAll { $0.isStale }
            nodes[node.path.octets] = node
        }
        return nodes
    }

    private func counts(_ image: ScannedImage) throws -> [RecordType: Int] {
        var counts: [RecordType: Int] = [:]
        try image.forEachItem { _, item in
            if case .record(let record) = item { counts[record.type, default: 0] += 1 }
        }
        return counts
    }

    @Test func oxenstoredsStateBecomesAStream() throws {
        let text = try ScannedImage(bytes: Fixtures.bytes("oxenstored-4.17-small.dump"))
        for layout in [Layout.v1, .v2, .draft] {
            let stream = try rebuild("oxenstored-4.17-small.dump", layout)
            #expect(stream.image.format == StreamFormat(layout: layout) && stream.image.text == nil)
            #expect(try nodes(stream.image) == nodes(text))
            var expected = try counts(text)
            expected[.textLine] = nil
            expected[.end] = 1
            #expect(try counts(stream.image) == expected)
            let lost = Set(stream.alterations.all.filter(\.kind.isLoss).map(\.kind))
            #expect(lost == (layout == .draft ? [.virqPort, .evtchnFD] : [.virqPort, .mfn, .revtchn]))
            #expect(lost.allSatisfy { $0.absentFrom.contains(layout) })
            if layout == .v1 { #expect(try RestoreForecast(stream.image).effect == .accepts) }
        }
        let stream = try rebuild("oxenstored-4.17-small.dump", .v1)
        var ports: [UInt16: UInt32] = [:]
        try stream.image.forEachItem { _, item in
            if case .record(let record) = item, case .connection(let data) = record.body, data.kind == .ring {
                ports[data.domid] = data.evtchn
            }
        }
        #expect(ports == [0: 30, 1: 31, 2: 32, 3: 33, 4: 34, 5: 36, 6: 35])
    }

    @Test(arguments: [
        "xen-4.17-small.bin", "xen-4.17-seq-3.bin", "xen-4.22-small.bin", "xen-4.17-odd.bin", "xen-2026-08-depth-2.bin",
    ])
    func aStreamBecomesOxenstoredsState(_ name: String) throws {
        let before = try ScannedImage(bytes: Fixtures.bytes(name))
        let stream = try rebuild(name, .oxenstored)
        let text = try #require(stream.image.text).text
        #expect(text.starts(with: Array("$xenstored-dump-format\nglobal,".utf8)))
        #expect(try nodes(stream.image) == nodes(before))
        // Every connection and all its watches exist.
        let (old, new) = (try counts(before), try counts(stream.image))
        #expect(new[.connectionData] == old[.connectionData])
        #expect(new[.watchData, default: 0] == old[.watchData, default: 0] + old[.watchDataExtended, default: 0])
        #expect(try RestoreForecast(stream.image).daemon == .oxenstored)
        #expect(try RestoreForecast(stream.image).effect == .accepts)
        let kinds = Set(stream.alterations.all.filter(\.kind.isLoss).map(\.kind))
        #expect(
            kinds.contains(.virqPort) && kinds.allSatisfy { $0.absentFrom.contains(.oxenstored) || $0 == .virqPort },
            "\(kinds)")
        if name == "xen-4.17-small.bin" {
            #expect(kinds == [.virqPort, .tdomid, .inData, .outData, .outRespLength, .stale])
        }
    }

    @Test func thereAndBackNothingElseIsLost() throws {
        let text = Fixtures.bytes("oxenstored-4.17-small.dump")
        // The draft has everything that the text has, except the event channel device.
        let draft = try rebuild("oxenstored-4.17-small.dump", .draft)
        var plan = Rebuild()
        plan.form.layout = .oxenstored
        let back = try plan.run(ImageSource(name: "draft", file: draft.image))
        func lines(_ bytes: [UInt8]) -> [String] {
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init).filter {
                !$0.hasPrefix("evtchn-dev")
            }.sorted()
        }
        #expect(lines(back.image.file) == lines(text))
        #expect(back.alterations.all.filter(\.kind.isLoss) == [])
    }

    @Test func aTextInOrderComesOutAsItWas() throws {
        let stream = try rebuild("oxenstored-4.17-small.dump", nil)
        #expect(stream.image.file == Fixtures.bytes("oxenstored-4.17-small.dump"))
        #expect(stream.alterations.all == [])
    }

    @Test func whatNoLineHoldsIsTold() throws {
        var ring = ConnectionData(connID: 4, ringOf: 0, evtchn: 3)
        ring.outData = [1, 2, 3]
        var socket = ConnectionData(connID: 5, socketFD: -7)
        socket.fields = 1
        let perms = [Permission(perm: 0x6E, domid: 0)]
        let bodies: [RecordBody] = [
            .global(GlobalData(rwSocketFD: 3, secondFD: 5)), .connection(ring), .connection(socket),
            .watch(WatchData(connID: 5, wpath: TerminatedString("/a"), token: TerminatedString("t"))),
            .transaction(TransactionData(connID: 4, txID: 9)),
            .node(NodeData(path: TerminatedString("/"), value: [], perms: perms)),
            .node(NodeData(path: TerminatedString("/p"), value: [1], perms: perms, connID: 4, txID: 9, access: 3)),
        ]
        var plan = Rebuild()
        plan.form.layout = .oxenstored
        let stream = try plan.run(EditableImage(bodies, format: StreamFormat(layout: .v1)))
        #expect(
            String(decoding: stream.image.file, as: UTF8.self)
                == "$xenstored-dump-format\nglobal,3\nevtchn-dev,5,0\ndom,0,0,0,3\nstore,2f,6e30,\n")
        #expect(
            Set(stream.alterations.all.map(\.kind)) == [
                .virqPort, .uniqueID, .outData, .connectionType, .noConnection, .openTransaction, .pendingNode,
            ])
    }

    @Test func aListingBecomesAStreamOfItsNodes() throws {
        let stream = try rebuild("listings/xen-4.17-small.ls-fp.txt", nil)
        #expect(stream.image.format == StreamFormat(layout: .v1))
        var expected = try nodes(ScannedImage(bytes: Fixtures.bytes("listings/xen-4.17-small.ls-fp.txt")))
        expected[Octets("/".utf8)] = NodeData(
            path: TerminatedString("/"), value: [], perms: [Permission(perm: 0x6E, domid: 0)])
        #expect(try nodes(stream.image) == expected)
        #expect(stream.alterations.all.map(\.kind) == [.parent])
    }

    @Test func noListingIsMade() throws {
        #expect(throws: ArchiveError.self) { try rebuild("xen-4.17-tiny.bin", .listing) }
        var plan = Rebuild()
        plan.form = Rebuild.Form(layout: .oxenstored, byteOrder: .big)
        #expect(throws: ArchiveError.self) {
            try plan.run(ImageSource(name: "tiny", file: ScannedImage(bytes: Fixtures.bytes("xen-4.17-tiny.bin"))))
        }
    }
}
