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
