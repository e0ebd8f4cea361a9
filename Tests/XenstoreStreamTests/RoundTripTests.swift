import TestSupport
import Testing
import XenstoreStream

@Suite struct RoundTripTests {
    /// Reads a stream to its end and writes it again.
    private func rewritten(_ bytes: [UInt8], _ format: StreamFormat) throws -> [UInt8] {
        var reader = try StreamReader(bytes: bytes, format: format)
        var writer = StreamWriter(header: reader.header, format: format)
        while let record = try reader.next() { try writer.write(record.body, residue: record.residue) }
        writer.write(trailer: reader.trailer)
        return writer.bytes
    }

    @Test(arguments: StreamFormat.all) func everySampleComesBackInEveryFormat(_ format: StreamFormat) throws {
        for sample in RecordBody.samples where sample.type != .end {
            // Fields that the layout does not have are not in the bytes: compare what was read with
            // what it writes.
            var writer = StreamWriter(header: Header(format: format), format: format)
            try writer.write(sample)
            try writer.write(.opaque(OpaqueData(type: .end)))
            var reader = try StreamReader(bytes: writer.bytes, format: format)
            let record = try #require(try reader.next())
            #expect(record.residue == nil, "\(sample.type.name) in \(format)")
            var expected = FieldList.entries(of: sample, layout: format.layout).map(\.value)
            // A field that takes the rest of the body includes the padding, if `len` counts it.
            if case .octets(let rest)? = expected.last, record.residue == nil, sample.readsToItsEnd(in: format.layout) {
                expected[expected.count - 1] = .octets(
                    rest + Octets(repeating: 0, count: Int(record.size) - 8 - fieldCount(sample, format)))
            }
            #expect(
                FieldList.entries(of: record.body, layout: format.layout).map(\.value) == expected,
                "\(sample.type.name) in \(format)")
            #expect(try rewritten(writer.bytes, format) == writer.bytes)
        }
    }

    /// The bytes of every record type in every format, kept as files: they must never change.
    @Test(arguments: StreamFormat.all) func samplesAreWrittenAsRecorded(_ format: StreamFormat) throws {
        var writer = StreamWriter(header: Header(format: format), format: format)
        for sample in RecordBody.samples where sample.type != .end { try writer.write(sample) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        let name = "formats/\(format.layout.rawValue)-\(format.byteOrder.rawValue)-\(format.lengthRule.rawValue).bin"
        guard Files.exists(Fixtures.path(name)) else {
            Files.write(writer.bytes, Fixtures.path(name))
            Issue.record("Tests/Fixtures/\(name) was missing and has been recorded: look at it and commit it")
            return
        }
        #expect(Fixtures.bytes(name) == writer.bytes, "\(name)")
    }

    private func fieldCount(_ sample: RecordBody, _ format: StreamFormat) -> Int {
        let width = FieldList.entries(of: sample, layout: format.layout).map(\.width).reduce(0, +)
        return format.lengthRule == .padded ? width : (width + 7) / 8 * 8
    }

    @Test(arguments: StreamFormat.all) func generatedStreamsComeBackInEveryFormat(_ format: StreamFormat) throws {
        for seed in UInt64(0)..<30 {
            var generator = StreamGenerator(seed: seed, format: format, oddity: seed % 3 == 0 ? 20 : 0)
            let bytes = try generator.stream()
            #expect(try rewritten(bytes, format) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: StreamFormat.all) func cleanGeneratedStreamsNeedNoResidue(_ format: StreamFormat) throws {
        for seed in UInt64(0)..<20 {
            var generator = StreamGenerator(seed: seed, format: format)
            let bodies = generator.bodies()
            var reader = try StreamReader(bytes: try generator.encode(bodies), format: format)
            for body in bodies {
                let record = try #require(try reader.next())
                #expect(record.residue == nil, "seed \(seed), record \(record.number)")
                #expect(record.body == body, "seed \(seed), record \(record.number)")
            }
        }
    }

    @Test(arguments: Fixtures.cleanNames) func realStreamsComeBack(_ name: String) throws {
        let bytes = Fixtures.bytes(name)
        let format = try LayoutDetection(bytes: bytes).format
        #expect(format.lengthRule == .padded)
        #expect(try rewritten(bytes, format) == bytes)
    }

    @Test(arguments: Fixtures.cleanStreams) func realStreamsHaveResidueOnlyWhereSomethingIsOff(
        _ name: String, _ verbatim: Int
    ) throws {
        let bytes = Fixtures.bytes(name)
        var reader = try StreamReader(bytes: bytes, format: try LayoutDetection(bytes: bytes).format)
        var count = 0
        while let record = try reader.next() { count += record.residue?.verbatimCount ?? 0 }
        #expect(count == verbatim)
        #expect(reader.trailer.isEmpty)
    }

    @Test func recordsAccountForEveryByte() throws {
        let bytes = Fixtures.bytes("xen-4.22-small.bin")
        var reader = try StreamReader(bytes: bytes, format: try LayoutDetection(bytes: bytes).format)
        var expected = Header.size
        while let record = try reader.next() {
            #expect(record.offset == expected)
            expected += record.size
        }
        #expect(expected == bytes.count)
    }
}

extension RecordBody {
    /// Whether the last field has no length of its own.
    fileprivate func readsToItsEnd(in layout: Layout) -> Bool {
        switch self {
        case .opaque: true
        case .connection(let data): layout == .draft && data.kind == .unknown
        default: false
        }
    }
}
