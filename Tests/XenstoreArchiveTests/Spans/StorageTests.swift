import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// What is in the file, and in which form.
@Suite struct StorageTests {
    private func node(_ path: TerminatedString, _ value: Octets) -> RecordBody {
        .node(NodeData(path: path, value: value, perms: [Permission(perm: 0x6E, domid: 0)]))
    }

    private func stream(_ bodies: [RecordBody]) throws -> [UInt8] {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        for body in bodies { try writer.write(body) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }

    @Test func aValueLiesInTheFileOnce() throws {
        let fixture = try ArchiveFixture()
        let value = Octets("a-value-that-no-other-node-has-4711".utf8)
        let path = TerminatedString("/a-path-that-no-other-node-has-0815")
        let bytes = try stream([node(TerminatedString("/"), []), node(path, value)])
        try fixture.store(bytes)
        // A second observation and a successor do not store it again.
        try fixture.store(bytes, "again")
        try fixture.store(
            try stream([node(TerminatedString("/"), [1]), node(path, value), node(TerminatedString("/b"), [])]))
        let file = Files.read(fixture.path)
        #expect(file.occurrences(of: Array(value)) == 1)
        // The index of paths holds the text of a path a second time.
        #expect(file.occurrences(of: Array(path.octets)) == 2)
    }

    @Test func theRawImageIsNowhereInTheFile() throws {
        let fixture = try ArchiveFixture()
        let bytes = Fixtures.bytes("xen-4.17-small.bin")
        try fixture.store(bytes)
        let file = Files.read(fixture.path)
        // The file contains no two records side by side as in the stream, not even the header and
        // body of one.
        var reader = try StreamReader(bytes: bytes, format: try LayoutDetection(bytes: bytes).format)
        while let record = try reader.next() {
            guard record.type == .nodeData, record.size >= 40 else { continue }
            #expect(
                file.occurrences(of: Array(bytes[record.offset..<record.offset + 32])) == 0, "record \(record.number)")
            if record.number > 60 { break }
        }
    }

    @Test func textIsTextAndAllElseIsABlob() throws {
        let fixture = try ArchiveFixture()
        let values: [(Octets, String)] = [
            (Octets("4".utf8), "text"), ([], "text"), (Octets("käse €".utf8), "text"), ([0xFF], "blob"),
            ([0x61, 0], "blob"),
            ([0xC0, 0x80], "blob"), ([0xED, 0xA0, 0x80], "blob"), ([0x1B, 0x5B], "text"),
            ([0xF4, 0x90, 0x80, 0x80], "blob"),
        ]
        var bodies = [node(TerminatedString("/"), [])]
        for (index, value) in values.enumerated() { bodies.append(node(TerminatedString("/v\(index)"), value.0)) }
        bodies.append(node(TerminatedString([0x2F, 0xFE]), []))
        bodies.append(.watch(WatchData(connID: 1, wpath: TerminatedString("/"), token: TerminatedString([0xFE]))))
        try fixture.store(try stream(bodies))
        for (index, value) in values.enumerated() {
            #expect(
                try fixture.strings("SELECT typeof(value) FROM nodes WHERE path = '/v\(index)'") == [value.1],
                "\(value.0)")
        }
        #expect(try fixture.count("SELECT count(*) FROM nodes WHERE typeof(path) = 'blob'") == 1)
        #expect(try fixture.strings("SELECT typeof(token) FROM watches") == ["blob"])
        #expect(try fixture.count("SELECT count(*) FROM nodes WHERE value = '4'") == 1)
        #expect(try fixture.count("SELECT count(*) FROM nodes WHERE path LIKE '/v%'") == Int64(values.count))
    }

    @Test func numbersOf64BitsKeepTheirBits() throws {
        let fixture = try ArchiveFixture()
        var data = ConnectionData(connID: 1, ringOf: 5, evtchn: UInt32.max)
        data.fields = 1
        data.uniqueID = UInt64.max - 1
        let bytes = try stream([.connection(data)])
        try fixture.store(bytes)
        #expect(try fixture.bytes(ofImage: 1) == bytes)
        #expect(try fixture.count("SELECT unique_id FROM connections") == -2)
        #expect(try fixture.count("SELECT evtchn FROM connections") == Int64(UInt32.max))
    }

    @Test func theSameBytesUnderTheSameLabelAddNothing() throws {
        let fixture = try ArchiveFixture()
        let bytes = Fixtures.bytes("xen-4.17-tiny.bin")
        let time = "2026-08-01T12:00:00Z"
        #expect(try fixture.store(bytes, "a", at: time) == Importer.Outcome(kind: .stored, imageID: 1))
        let before = Files.read(fixture.path)
        let again = try fixture.store(bytes, "a", at: time)
        #expect(again == Importer.Outcome(kind: .known, imageID: 1))
        #expect(Files.read(fixture.path) == before)
        #expect(try fixture.store(bytes, "b") == Importer.Outcome(kind: .observed, imageID: 2))
        #expect(try fixture.store(bytes, "a", series: "x") == Importer.Outcome(kind: .observed, imageID: 3))
        #expect(try fixture.count("SELECT count(*) FROM stream") == 1)
        #expect(try fixture.bytes(ofImage: 3) == bytes)
    }
}
