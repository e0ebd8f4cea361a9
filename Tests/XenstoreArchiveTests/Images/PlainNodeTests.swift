import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Most nodes are checked and stored without decoding; the result must be the same as with
/// decoding.
@Suite struct PlainNodeTests {
    /// Whole streams: the fixtures, and generated ones with a few changed bytes.
    private static func streams(seeds: Range<UInt64>) throws -> [(name: String, bytes: [UInt8])] {
        var streams = Fixtures.cleanNames.map { ($0, Fixtures.bytes($0)) }
        for seed in seeds {
            var mutator = Mutator(seed: seed &+ 5_000_000)
            let (base, format) = try mutator.base()
            streams.append(("seed \(seed)", base))
            streams.append(("seed \(seed), changed", mutator.mutate(base, format.byteOrder).bytes))
        }
        return streams
    }

    @Test func imagesAreCheckedAsIfEveryRecordWereTakenApart() throws {
        var compared = 0
        for (name, bytes) in try Self.streams(seeds: 0..<400) {
            guard let image = try? ScannedImage(bytes: bytes) else { continue }
            var checker = ImageScan(header: image.header, detection: image.detection, bytes: bytes)
            var reader = try StreamReader(bytes: bytes, format: image.format, usesFastPath: false)
            var offsets: [Int] = []
            while let record = try reader.next() {
                checker.add(record)
                offsets.append(record.offset)
            }
            #expect(image.findings == checker.finish(trailer: reader.trailer, size: bytes.count), "\(name)")
            #expect(image.starts == offsets + [reader.offset], "\(name)")
            #expect(image.trailer == reader.trailer, "\(name)")
            compared += 1
        }
        #expect(compared > 300)
    }

    /// If the slow way refuses a stream, the fast way refuses it with the same error.
    @Test func brokenStreamsAreRefusedAsIfEveryRecordWereTakenApart() throws {
        var refused = 0
        for (name, bytes) in try Self.streams(seeds: 400..<800) {
            guard let detection = try? LayoutDetection(bytes: bytes),
                var reader = try? StreamReader(bytes: bytes, format: detection.format, usesFastPath: false)
            else { continue }
            do {
                while try reader.next() != nil {}
            } catch {
                let same = #expect(throws: StreamError.self, "\(name)") { try ScannedImage(bytes: bytes) }
                #expect(same == error, "\(name)")
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    @Test func aPlainNodeHasTheFieldsOfItsRecord() throws {
        var plain = 0
        var others = 0
        for (name, bytes) in try Self.streams(seeds: 800..<1000) {
            guard let image = try? ScannedImage(bytes: bytes) else { continue }
            let reader = RecordReader(stream: bytes, format: image.format, usesFastPath: false)
            let quick = RecordReader(stream: bytes, format: image.format)
            try bytes.withUnsafeBytes { stream in
                for (index, start) in image.starts.dropLast().enumerated() {
                    let record = try reader.record(at: start, number: index + 1)
                    let same = try quick.record(at: start, number: index + 1)
                    #expect(
                        same.body == record.body && same.residue == record.residue && same.size == record.size
                            && same.length == record.length)
                    guard let node = image.plainNode(index) else {
                        others += 1
                        continue
                    }
                    guard case .node(let data) = record.body else {
                        Issue.record("\(name): no node at \(start)")
                        continue
                    }
                    #expect(
                        data.path.octets == bytes[node.path] && data.value == bytes[node.value],
                        "\(name), \(start)")
                    #expect(
                        data.perms == (0..<data.perms.count).compactMap { node.permission($0, in: stream) },
                        "\(name), \(start)")
                    #expect(
                        data.connID == 0 && data.txID == 0 && data.access == 0 && data.path.isTerminated,
                        "\(name), \(start)")
                    #expect(record.residue == nil && record.size == node.size, "\(name), \(start)")
                    #expect(
                        node.matches(data, in: stream) && !node.matches(Self.otherwise(data, index), in: stream),
                        "\(name), \(start)")
                    plain += 1
                }
            }
        }
        #expect(plain > 5000 && others > 500)
    }

    /// The node with one change in each.
    private static func otherwise(_ data: NodeData, _ index: Int) -> NodeData {
        var data = data
        switch index % 7 {
        case 0: data.path.octets += [0x61]
        case 1: data.value += [0]
        case 2: data.perms.append(Permission(perm: 0x72, domid: 1))
        case 3: data.path.isTerminated = false
        case 4: data.txID = 1
        case 5: data.access = 1
        default: data.connID = 1
        }
        return data
    }

    /// A plain node is written by a plan, any other by the walk over its fields: the bytes are the
    /// same.
    @Test func aPlainNodeIsWrittenAsItsWalkWritesIt() throws {
        var written = 0
        for (name, bytes) in try Self.streams(seeds: 1000..<1080) {
            guard let image = try? ScannedImage(bytes: bytes) else { continue }
            try image.forEachItem { index, item in
                guard case .record(let record) = item, case .node(let data) = record.body else { return }
                for data in [data, Self.otherwise(data, index)] {
                    var walk = FieldWriter(format: image.format)
                    var body = RecordBody.node(data)
                    walk.begin(.nodeData, nil)
                    try body.visitFields(&walk)
                    try walk.end(nil, phantomOctets: 0)
                    var writer = StreamWriter(header: nil, format: image.format)
                    try writer.write(.node(data))
                    #expect(writer.bytes == walk.bytes && writer.recordCount == 1, "\(name), record \(record.number)")
                }
                written += 1
            }
        }
        #expect(written > 2000)
    }
}
