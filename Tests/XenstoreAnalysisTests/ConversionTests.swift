import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// From any layout and byte order to any other.
@Suite struct ConversionTests {
    private static let pairs = Layout.streams.flatMap { from in Layout.streams.map { (from, $0) } }

    private func plan(_ layout: Layout, _ order: ByteOrder? = nil) -> Rebuild {
        var plan = Rebuild()
        plan.form = Rebuild.Form(layout: layout, byteOrder: order)
        return plan
    }

    /// An image of records that a daemon can have written, in an order that needs no repair.
    private func generated(_ seed: Int, _ layout: Layout, _ order: ByteOrder) throws -> EditableImage {
        let format = StreamFormat(layout: layout, byteOrder: order)
        var generator = StreamGenerator(seed: UInt64(seed), format: format)
        let bodies = generator.bodies()
        return try EditableImage(Rebuild().run(EditableImage(bodies, format: format)).bodies, format: format)
    }

    // MARK: Any image

    /// Exactly what the target has no field for is lost.
    @Test(arguments: 0..<6) func onlyWhatALayoutLacksIsLost(_ seed: Int) throws {
        for (from, to) in Self.pairs {
            for (sourceOrder, order) in [
                (ByteOrder.little, ByteOrder.big), (.big, .little), (.little, .little), (.big, .big),
            ] {
                let image = try generated(seed, from, sourceOrder)
                let stream = try plan(to, order).run(image)
                let what: Comment = "seed \(seed), \(from) to \(to)"
                #expect(stream.image.format == StreamFormat(layout: to, byteOrder: order), what)
                #expect(stream.image.verbatimCount == 0, what)
                for kind in stream.kinds {
                    #expect(
                        from != to && kind.absentFrom.contains(to) && !kind.absentFrom.contains(from),
                        "\(what): \(kind)")
                }
                #expect(try stream.bodies == image.records.compactMap { Self.expected($0, from, to) }, what)
            }
        }
    }

    /// What becomes of a record, specified independently.
    private static func expected(_ record: RecordBody, _ from: Layout, _ to: Layout) -> RecordBody? {
        let (fromDraft, toDraft) = (from == .draft, to == .draft)
        switch record {
        case .global(let data):
            return .global(fromDraft == toDraft ? data : GlobalData(rwSocketFD: data.rwSocketFD, secondFD: -1))
        case .connection(let data):
            guard fromDraft != toDraft else { return record }
            var new = ConnectionData(connID: data.connID, socketFD: data.socketFD)
            if data.kind == .ring {
                new = ConnectionData(connID: data.connID, ringOf: data.domid, tdomid: data.tdomid, evtchn: 0)
            }
            new.outData = data.outData
            if data.kind == .ring && toDraft { (new.levtchn, new.flags, new.mfn) = (data.evtchn, 1, .max) }
            if data.kind == .ring && fromDraft { new.evtchn = data.levtchn }
            return .connection(new)
        case .watchExtended(let data) where to != .v2:
            return .watch(WatchData(connID: data.connID, wpath: data.wpath, token: data.token))
        case .node(var data) where toDraft && !fromDraft:
            data.perms = data.perms.enumerated().filter { $0.offset == 0 || !$0.element.isStale }.map {
                Permission(perm: $0.element.perm, domid: $0.element.domid)
            }
            return .node(data)
        case .globalQuota, .domain:
            guard !toDraft else { return nil }
            guard case .domain(var data) = record, to == .v1 else { return record }
            data.features = 0
            return .domain(data)
        default: return record
        }
    }

    @Test(arguments: 0..<12) func thereAndBackLosesOnlyWhatIsTold(_ seed: Int) throws {
        let image = try generated(seed, .v1, .little)
        let there = try plan(.v2).run(image)
        let back = try plan(.v1).run(EditableImage(there.bodies, format: there.image.format))
        #expect(there.kinds == [] && back.kinds == [], "seed \(seed)")
        #expect(try back.bodies == Array(image.records), "seed \(seed)")
        let draft = try plan(.draft).run(image)
        let again = try plan(.v1).run(EditableImage(draft.bodies, format: draft.image.format))
        #expect(again.kinds == [], "seed \(seed): \(again.alterations.lines)")
    }

    @Test(arguments: ["xen-4.17-odd.bin", "xen-4.17-seq-3.bin", "xen-4.22-tiny.bin"])
    func anImageOfADaemonGoesThroughEveryFormAndBack(_ name: String) throws {
        let source = try Images.fixture(name)
        var alterations = Alterations()
        let image = try EditableImage(source, &alterations)
        let clean = try Rebuild().run(image)
        for order in ByteOrder.allCases {
            for layout in [Layout.v1, .v2] {
                let there = try plan(layout, order).run(image)
                let back = try plan(source.format.layout, .little).run(
                    EditableImage(there.bodies, format: there.image.format))
                // The features of v2 are all that v1 lacks here.
                if there.kinds.allSatisfy({ !$0.isLoss }) {
                    #expect(back.image.bytes == clean.image.bytes, "\(layout) \(order)")
                }
                #expect(there.kinds.subtracting([.order, .features]) == [], "\(there.alterations.lines)")
            }
        }
    }

    /// Only this changes: the target's ring comes before its user's, and padding is zero.
    @Test(arguments: Fixtures.cleanNames) func aCleanImageComesOutAsItWas(_ name: String) throws {
        let stream = try Rebuild().run(Images.fixture(name))
        if stream.alterations.all.isEmpty {
            #expect(stream.image.bytes == Fixtures.bytes(name))
        } else {
            #expect(stream.kinds.isSubset(of: [.order, .padding]), "\(stream.alterations.lines)")
            let diff = try Diff(Images.fixture(name), Images.source(stream.image.bytes))
            #expect(diff.changes.allSatisfy { [.order, .residue].contains($0.kind) })
        }
        let again = try Rebuild().run(Images.source(stream.image.bytes))
        #expect(again.image.bytes == stream.image.bytes && again.alterations.all.isEmpty)
    }

    // MARK: One field after the other

    /// The single line that is reported for one record.
    private func told(_ record: RecordBody, _ from: Layout, _ to: Layout) throws -> [String] {
        let records = [host[0], ring(1, of: 0), ring(9, of: 9)].map { body -> RecordBody in
            guard from == .draft, case .connection(var data) = body else { return body }
            (data.flags, data.mfn, data.levtchn, data.evtchn) = (1, .max, 9, 0)
            return .connection(data)
        }
        let global: RecordBody = .global(GlobalData(rwSocketFD: 3, secondFD: -1))
        return try plan(to).run(
            EditableImage([global] + records.dropFirst() + [node("/")] + [record], format: StreamFormat(layout: from))
        ).alterations.lines
    }

    private func draftRing(_ change: (inout ConnectionData) -> Void) -> RecordBody {
        var data = ConnectionData(connID: 2, ringOf: 5, evtchn: 0)
        (data.flags, data.mfn) = (1, .max)
        change(&data)
        return .connection(data)
    }

    @Test(arguments: [Layout.v1, .v2]) func whatTheDraftHasAloneIsTold(_ to: Layout) throws {
        #expect(try told(draftRing { _ in }, .draft, to) == [])
        #expect(try told(draftRing { $0.mfn = 0xFEF3C }, .draft, to) == ["lost mfn: 0xfef3c of the ring of domain 5"])
        #expect(try told(draftRing { $0.revtchn = 7 }, .draft, to) == ["lost revtchn: 7 of the ring of domain 5"])
        #expect(try told(draftRing { $0.flags = 3 }, .draft, to) == ["lost flags: the ring of domain 5: 0x3"])
        var readOnly = ConnectionData(connID: 2, socketFD: 8)
        readOnly.flags = 1
        #expect(try told(.connection(readOnly), .draft, to) == ["lost read-only: socket 8"])
        let global = EditableImage(
            [.global(GlobalData(rwSocketFD: 3, secondFD: 4))], format: StreamFormat(layout: .draft))
        #expect(try plan(to).run(global).alterations.lines == ["lost ro-socket-fd: 4 of GLOBAL_DATA"])
    }

    @Test(arguments: [Layout.v1, .v2]) func whatTheDraftLacksIsTold(_ from: Layout) throws {
        var data = ConnectionData(connID: 2, ringOf: 5, evtchn: 30)
        (data.fields, data.uniqueID, data.inData, data.outData, data.outRespLength) = (1, 77, [1, 2], [3], 1)
        #expect(
            try told(.connection(data), from, .draft) == [
                "lost unique-id: 77 of the ring of domain 5", "lost in-data: 2 bytes of the ring of domain 5",
                "lost out-resp-len: 1 of the ring of domain 5",
            ])
        #expect(
            try told(node("/a", "", "n9:stale,r0,r9:stale"), from, .draft) == [
                "lost stale: n9:stale of \"/a\"", "lost stale: r9:stale of \"/a\"",
            ])
        #expect(try told(domain(5, ["nodes": 1000]), from, .draft) == ["lost domain-data: domain 5: nodes 1000"])
        #expect(
            try told(globalQuota(defaults: ["a": 1], host: ["b": 2]), from, .draft) == ["lost global-quota: a 1, b 2"])
        let global = EditableImage(
            [.global(GlobalData(rwSocketFD: 3, secondFD: 4))], format: StreamFormat(layout: from))
        #expect(try plan(.draft).run(global).alterations.lines == ["lost evtchn-fd: 4 of GLOBAL_DATA"])
    }

    @Test(arguments: [Layout.v1, .draft]) func aDepthIsToldWhereItIsLost(_ to: Layout) throws {
        #expect(
            try told(deepWatch(9, "/a", "t", depth: 2), .v2, to) == [
                "lost depth: 2 of the watch \"t\" of \"/a\", the ring of domain 9"
            ])
        #expect(try told(deepWatch(9, "/a", "t", depth: WatchDataExtended.unlimited), .v2, to) == [])
    }

    @Test func featuresAreToldWhereTheyAreLost() throws {
        #expect(try told(domain(5, features: 0xE), .v2, .v1) == ["lost features: 0xe of domain 5"])
        #expect(try told(domain(5, features: 0xE), .v2, .v2) == [])
    }

    /// A draft's pad after a permission's letter means nothing, not even that the entry is stale.
    @Test func aPadOfTheDraftDoesNotBecomeAMark() throws {
        #expect(try told(node("/a", "", "n0,r9:stale"), .draft, .v1) == ["lost perm-flags: r9:stale of \"/a\""])
    }

    // MARK: Whatever the layout

    @Test(arguments: Layout.streams) func whatTheDocumentsReserveIsClearedAndTold(_ layout: Layout) throws {
        var data = NodeData(
            path: TerminatedString("/a"), value: [],
            perms: [Permission(perm: 0x6E, flags: 0x80, domid: 0), Permission(perm: 0x78, domid: 9)])
        #expect(
            try told(.node(data), layout, layout) == [
                "lost perm-flags: n0:0x80 of \"/a\"", "lost perm-letter: 0x78:9 of \"/a\"",
            ])
        data = NodeData(
            path: TerminatedString(Octets("/a".utf8), isTerminated: false), value: [], perms: permissions("n0"))
        #expect(try told(.node(data), layout, layout) == ["changed terminator: the path of a node, \"/a\""])
        var socket = ConnectionData(connID: 2, socketFD: 8)
        if layout == .draft {
            (socket.connPad, socket.flags) = (5, 6)
        } else {
            (socket.socketPad, socket.fields) = (5, 6)
        }
        #expect(try told(.connection(socket), layout, layout).count == 2)
    }

    @Test func aReplyLengthBeyondTheRepliesIsCut() throws {
        var data = ConnectionData(connID: 2, socketFD: 8)
        (data.outData, data.outRespLength) = ([1, 2], 3)
        #expect(
            try told(.connection(data), .v1, .v1) == ["changed reply-length: socket 8: out-resp-len 3, out-data-len 2"])
    }

    @Test func unknownThingsStayWhereNothingElseChanges() throws {
        let unknown = ConnectionData.samples[2]
        let records =
            host + [
                .connection(unknown), watch(3, "/a", "t"), node("/"),
                .opaque(OpaqueData(type: RecordType(rawValue: 77), body: [1, 2, 3, 4, 5, 6, 7, 8])),
            ]
        let image = EditableImage(records, format: StreamFormat(layout: .v1))
        #expect(try Rebuild().run(image).bodies == records)
        for other in [plan(.v2), plan(.draft), plan(.v1, .big)] {
            let stream = try other.run(image)
            #expect(stream.kinds.isSuperset(of: [.connectionType, .noConnection, .unknownRecord]))
            #expect(try !stream.bodies.contains { $0.type == RecordType(rawValue: 77) || $0.type == .watchData })
        }
    }

    @Test func aDamagedImageGivesWhatCanBeReadOfIt() throws {
        var bytes = Fixtures.bytes("xen-4.17-small.bin")
        bytes.removeSubrange(5000..<5003)
        let source = ImageSource(name: "cut", file: ScannedImage(salvaging: bytes))
        let stream = try Rebuild().run(source)
        #expect(
            stream.alterations.lines.contains {
                $0.hasPrefix("lost unexplained: ") && $0.contains("in which no record can be recognized")
            })
        #expect(stream.image.findings.filter { $0.severity == .error } == [])
    }

    @Test(arguments: 0..<60) func whateverAnImageHoldsTheResultIsClean(_ seed: Int) throws {
        let format = StreamFormat.all[seed % StreamFormat.all.count]
        var generator = StreamGenerator(seed: UInt64(seed), format: format, oddity: 25)
        let bytes = try generator.stream()
        guard let image = try? ScannedImage(bytes: bytes, layout: format.layout) else { return }
        let source = ImageSource(name: "odd", file: image)
        let stream = try plan(Layout.streams[seed % 3], ByteOrder.allCases[seed % 2]).run(source)
        let structural: Set = [
            "missing-parent", "late-parent", "unknown-connection", "late-connection", "duplicate-node",
            "duplicate-connection", "no-perms", "out-resp-len", "set-pad",
            "perm-letter",
        ]
        #expect(stream.image.findings.filter { structural.contains($0.rule) } == [], "seed \(seed)")
        #expect(stream.image.verbatimCount == 0, "seed \(seed)")
    }
}
