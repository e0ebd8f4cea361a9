import TestSupport
import Testing
import XenstoreStream

@Suite struct DetectionTests {
    @Test(arguments: Fixtures.cleanNames) func realStreamsAreRecognisedWithCertainty(_ name: String) throws {
        let detection = try LayoutDetection(bytes: Fixtures.bytes(name))
        #expect(detection.format.layout == (name.contains("4.22") ? .v2 : .v1))
        #expect(detection.certainty == .certain)
    }

    @Test(arguments: StreamFormat.all) func generatedStreamsAreRecognised(_ format: StreamFormat) throws {
        for seed in UInt64(0)..<40 {
            var generator = StreamGenerator(seed: seed, format: format)
            let detection = try LayoutDetection(bytes: try generator.stream())
            #expect(detection.format == format, "seed \(seed): \(detection)")
            #expect(detection.certainty == .certain, "seed \(seed): \(detection)")
        }
    }

    @Test func aStreamThatFitsBothIsTakenForV1AndTheDoubtIsTold() throws {
        let format = StreamFormat(layout: .draft)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(GlobalData(rwSocketFD: 3)))
        try writer.write(.opaque(OpaqueData(type: .end)))
        let detection = try LayoutDetection(bytes: writer.bytes)
        #expect(detection.format.layout == .v1)
        #expect(detection.certainty == .undecided)
    }

    @Test func aDamagedRecordDoesNotChangeTheDecision() throws {
        for layout in [Layout.draft, .v1] {
            var generator = StreamGenerator(seed: 5, format: StreamFormat(layout: layout))
            var bodies = generator.bodies()
            bodies.append(.node(NodeData(path: TerminatedString([0xFF], isTerminated: false), value: [], perms: [])))
            let detection = try LayoutDetection(bytes: try generator.encode(bodies))
            #expect(detection.format.layout == layout)
            // One odd record does not outweigh all others, of which none fits the other layout.
            #expect(detection.certainty == .certain)
        }
    }

    /// Draft streams whose records say nothing else than one odd letter: a node alone, a node among
    /// others, and beside a connection.
    @Test(arguments: StreamFormat.all.filter { $0.layout != .v2 })
    func oneOddLetterDoesNotHideTheLayout(_ format: StreamFormat) throws {
        for letter in [UInt8(0), 0x2D, 0x4E, 0xFF] {
            for (connections, nodes) in [(0, 1), (0, 3), (1, 1), (2, 40)] {
                var bodies: [RecordBody] = [.global(GlobalData(rwSocketFD: 3))]
                for index in 0..<connections {
                    bodies.append(.connection(ConnectionData(connID: UInt32(index + 1), socketFD: 7)))
                }
                for index in 0..<nodes {
                    let perm = index == nodes / 2 ? letter : 0x6E
                    bodies.append(
                        .node(
                            NodeData(
                                path: TerminatedString(index == 0 ? "/" : "/n\(index)"), value: Octets("value".utf8),
                                perms: [Permission(perm: perm, domid: 0), Permission(perm: 0x72, domid: 3)])))
                }
                var writer = StreamWriter(header: Header(format: format), format: format)
                for body in bodies + [.opaque(OpaqueData(type: .end))] { try writer.write(body) }
                let detection = try LayoutDetection(bytes: writer.bytes)
                #expect(detection.format == format, "\(letter), \(nodes) nodes: \(detection)")
                // The connection of a draft with padding also fits v1.
                #expect(detection.certainty == .certain || connections > 0, "\(letter), \(nodes) nodes: \(detection)")
                var reader = try StreamReader(bytes: writer.bytes, format: detection.format)
                var found: [RecordBody] = []
                while let record = try reader.next() { found.append(record.body) }
                #expect(found.dropLast() == bodies[...])
            }
        }
    }

    @Test func aLayoutCanBeChosen() throws {
        let detection = try LayoutDetection(bytes: Fixtures.bytes("xen-4.17-tiny.bin"), forced: .draft)
        #expect(detection.format.layout == .draft)
        #expect(detection.certainty == .certain)
    }

    @Test func anUnknownVersionIsRefused() {
        let bytes = Header(version: 3, flags: 0).bytes + [0, 0, 0, 0, 0, 0, 0, 0]
        #expect { try LayoutDetection(bytes: bytes) } throws: { ($0 as? StreamError)?.code == .unknownVersion }
    }
}
