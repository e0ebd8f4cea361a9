import TestSupport
import Testing
import XenstoreStream

/// Damaged files are read as far as they can be.
@Suite struct SalvageTests {
    private static let format = StreamFormat(layout: .v1)

    /// What a salvaged file consists of.
    private struct Content {
        var records: [Record] = []
        var damages: [Damage] = []
        var trailer: Octets = []
        var rules: [String] = []
    }

    private func salvage(_ bytes: [UInt8]) -> Content {
        let detection = LayoutDetection(salvaging: bytes, forced: nil)
        var reader = SalvageReader(bytes: bytes, format: detection.format)
        var checker = ImageScan(header: reader.header, detection: detection, bytes: bytes)
        var content = Content()
        while let item = reader.next() {
            checker.add(item)
            switch item {
            case .record(let record): content.records.append(record)
            case .damage(let damage): content.damages.append(damage)
            }
        }
        content.trailer = reader.trailer
        content.rules = checker.finish(trailer: reader.trailer, size: bytes.count).map(\.rule)
        return content
    }

    private func refusal(_ bytes: [UInt8]) throws -> StreamError? {
        do throws(StreamError) {
            var reader = try StreamReader(bytes: bytes, format: LayoutDetection(bytes: bytes).format)
            while try reader.next() != nil {}
            return nil
        } catch {
            return error
        }
    }

    private static func node(_ name: String) -> RecordBody {
        .node(
            NodeData(
                path: TerminatedString("/" + name), value: Octets("value of \(name)".utf8),
                perms: [Permission(perm: 0x6E, domid: 0)]))
    }

    /// Ten nodes, and the offset of each record.
    private func stream() throws -> (bytes: [UInt8], starts: [Int]) {
        var writer = StreamWriter(header: Header(format: Self.format), format: Self.format)
        var starts: [Int] = []
        for index in 0..<10 {
            starts.append(writer.pendingCount)
            try writer.write(Self.node("node-\(index)"))
        }
        starts.append(writer.pendingCount)
        try writer.write(.opaque(OpaqueData(type: .end)))
        return (writer.bytes, starts)
    }

    @Test func aWholeStreamHasNoDamage() throws {
        let (bytes, _) = try stream()
        let content = salvage(bytes)
        #expect(content.records.count == 11 && content.damages.isEmpty && content.trailer.isEmpty)
    }

    @Test func aCutFileKeepsAllWholeRecords() throws {
        let (bytes, starts) = try stream()
        for end in 16..<bytes.count {
            let content = salvage(Array(bytes[..<end]))
            let whole = starts.dropFirst().count { $0 <= end }
            #expect(content.records.count == whole, "cut at \(end)")
            #expect(
                content.damages.map(\.bytes.count).reduce(0, +) == end - (starts.last { $0 <= end } ?? 16),
                "cut at \(end)")
            #expect(content.rules.contains("no-end"), "cut at \(end)")
            #expect(try refusal(Array(bytes[..<end])) != nil, "cut at \(end)")
        }
    }

    @Test func aDamagedRecordLosesOnlyItself() throws {
        let (clean, starts) = try stream()
        for index in 0..<10 {
            var bytes = clean
            // The path's length is now more than the file has.
            bytes[starts[index] + 16] = 0xFF
            bytes[starts[index] + 17] = 0xFF
            let content = salvage(bytes)
            #expect(content.damages.map(\.offset) == [starts[index]], "record \(index + 1)")
            #expect(content.damages.first?.bytes.count == starts[index + 1] - starts[index], "record \(index + 1)")
            #expect(content.records.count == 10, "record \(index + 1)")
            #expect(content.rules.contains("damaged-span"))
        }
    }

    /// Too small, too large within the file, beyond the file: the fields still show where the
    /// record ends.
    @Test(arguments: [UInt32(0), 8, 16, 80, 200, 0xFFFF, 0xFFFF_FFF8, 0xFFFF_FFFF]) func aLengthThatLiesCostsNothing(
        _ length: UInt32
    ) throws {
        var (bytes, starts) = try stream()
        for index in 0..<4 { bytes[starts[3] + 4 + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
        let error = try #require(try refusal(bytes))
        #expect(error.record == 4, "\(error)")
        let content = salvage(bytes)
        #expect(content.damages.isEmpty && content.records.count == 11)
        #expect(content.rules.contains("length-lies"))
        guard case .node(let node) = content.records[3].body else { return }
        #expect(node.value == Octets("value of node-3".utf8))
    }

    @Test func recordsWithoutTheirPaddingAreRead() throws {
        let (clean, starts) = try stream()
        // The fifth record ends in padding that its len counts: leave both out.
        var reader = try StreamReader(bytes: clean, format: Self.format)
        var padding = 0
        for _ in 0..<5 {
            let record = try #require(try reader.next())
            padding = record.size - 8 - FieldList.entries(of: record.body, layout: .v1).map(\.width).reduce(0, +)
        }
        try #require(padding > 0)
        var bytes = clean
        bytes.removeSubrange(starts[5] - padding..<starts[5])
        bytes[starts[4] + 4] -= UInt8(padding)
        #expect(try refusal(bytes)?.code == .lengthLies)
        let content = salvage(bytes)
        #expect(content.records.count == 11 && content.damages.isEmpty)
    }

    @Test func bytesCutOutOfTheMiddleCostTheRecordsTheyHit() throws {
        let (clean, starts) = try stream()
        for missing in [1, 3, 8, 13] {
            var bytes = clean
            bytes.removeSubrange(starts[4] + 20..<starts[4] + 20 + missing)
            let content = salvage(bytes)
            #expect(content.records.count == 10, "\(missing) bytes missing")
            #expect(content.records.last?.type == .end, "\(missing) bytes missing")
        }
    }

    /// As by a transfer that makes two bytes of each newline: each such place moves everything
    /// after it.
    @Test func bytesThatCameInCostTheRecordsTheyHit() throws {
        let (clean, starts) = try stream()
        var bytes = clean
        for index in [7, 4, 1] { bytes.insert(0x0D, at: starts[index] + 30) }
        let content = salvage(bytes)
        let paths = content.records.compactMap {
            if case .node(let data) = $0.body { String(decoding: data.path.octets, as: UTF8.self) } else { nil }
        }
        #expect(paths == [0, 2, 3, 5, 6, 8, 9].map { "/node-\($0)" })
        #expect(content.damages.map(\.bytes.count) == [1, 4, 7].map { starts[$0 + 1] - starts[$0] + 1 })
    }

    @Test func aZeroedBlockIsNoEnd() throws {
        var (bytes, starts) = try stream()
        for index in starts[2]..<starts[6] { bytes[index] = 0 }
        let content = salvage(bytes)
        #expect(content.damages.map(\.offset) == [starts[2]])
        #expect(content.damages.first?.bytes.count == starts[6] - starts[2])
        #expect(content.records.count { $0.type == .end } == 1)
        #expect(content.records.count == 7)
    }

    @Test func aDamagedHeaderIsReadPast() throws {
        let (clean, _) = try stream()
        for index in 0..<8 {
            var bytes = clean
            bytes[index] ^= 0x20
            let content = salvage(bytes)
            #expect(content.records.count == 11, "byte \(index)")
            #expect(content.damages.map(\.bytes.count) == [16], "byte \(index)")
            #expect(content.rules.contains("no-header"), "byte \(index)")
        }
        var order = clean
        order[15] = 1
        #expect(salvage(order).records.count == 11)
        #expect(salvage(order).rules.contains("header-byte-order"))
        #expect(try refusal(order)?.code == .wrongByteOrder)
        var version = clean
        version[11] = 9
        #expect(salvage(version).records.count == 11)
    }

    @Test func recordsWithinAnotherAreRead() throws {
        var (bytes, starts) = try stream()
        // The fourth record's len includes the two records after it.
        let length = starts[6] - starts[3] - 8
        bytes[starts[3] + 4] = UInt8(length & 0xFF)
        bytes[starts[3] + 5] = UInt8(length >> 8)
        let content = salvage(bytes)
        #expect(content.records.count == 11 && content.damages.isEmpty)
        #expect(content.rules.contains("length-lies"))
    }

    @Test func recordsBehindEndAreRead() throws {
        let (bytes, _) = try stream()
        let content = salvage(bytes + bytes)
        #expect(content.records.count { if case .node = $0.body { true } else { false } } == 20)
        #expect(content.records.count { $0.type == .end } == 1)
    }

    @Test func anyBytesAreOneDamagedSpan() {
        for bytes in [
            [], [1], Array("no stream at all, only some text".utf8), Array(repeating: UInt8(0xFF), count: 1000),
        ] as [[UInt8]] {
            let content = salvage(bytes)
            #expect(content.records.isEmpty)
            #expect(content.damages.count == (bytes.isEmpty ? 0 : 1))
        }
    }

    @Test func allFormatsAreSalvaged() throws {
        for format in StreamFormat.all {
            var generator = StreamGenerator(seed: 7, format: format)
            let bodies = generator.bodies()
            var bytes = try generator.encode(bodies)
            // In the middle of some record, far from the header.
            let place = bytes.count / 2
            for index in place..<place + 40 { bytes[index] = 0xEE }
            let detection = LayoutDetection(salvaging: bytes, forced: nil)
            #expect(
                detection.format.layout == format.layout && detection.format.byteOrder == format.byteOrder, "\(format)")
            #expect(salvage(bytes).records.count >= bodies.count - 4, "\(format)")
        }
    }

    // MARK: The watch without its depth

    @Test(arguments: ["xen-2026-08-depth-2.bin", "xen-2026-08-depth-3.bin"]) func watchesWithoutDepthAreReadRight(
        _ name: String
    ) throws {
        let bytes = Fixtures.bytes(name)
        var reader = try StreamReader(bytes: bytes, format: LayoutDetection(bytes: bytes).format)
        var writer = StreamWriter(header: reader.header, format: reader.format)
        var watches: [WatchDataExtended] = []
        while let record = try reader.next() {
            if case .watchExtended(let data) = record.body {
                watches.append(data)
                #expect(record.residue == nil)
            }
            try writer.write(record.body, residue: record.residue)
        }
        #expect(writer.bytes == bytes)
        #expect(reader.recordCount == 197 && reader.trailer.isEmpty)
        #expect(watches.count == 1)
        #expect(
            watches.allSatisfy {
                !$0.hasDepth && $0.wpath.isTerminated && $0.wpath.octets.first == 0x2F && $0.token.isTerminated
            })
    }

    @Test func everyLengthOfPathAndTokenIsRecognised() throws {
        for format in StreamFormat.all where format.layout != .draft {
            for length in 1...24 {
                var watch = WatchDataExtended(
                    connID: 2, wpath: TerminatedString("/" + String(repeating: "p", count: length)),
                    token: TerminatedString("tok"), depth: 0xFFFF)
                watch.hasDepth = false
                var writer = StreamWriter(header: Header(format: format), format: format)
                try writer.write(.watchExtended(watch))
                try writer.write(Self.node("a"))
                try writer.write(.opaque(OpaqueData(type: .end)))
                var reader = try StreamReader(bytes: writer.bytes, format: format)
                let record = try #require(try reader.next())
                #expect(record.body == .watchExtended(watch), "\(length) in \(format)")
                #expect(record.residue == nil, "\(length) in \(format)")
                #expect(try reader.next()?.body == Self.node("a"), "\(length) in \(format)")
                #expect(try reader.next()?.type == .end, "\(length) in \(format)")
            }
        }
    }

    @Test func aWatchAsDocumentedKeepsItsDepth() throws {
        for depth in [UInt16(0), 1, 0x2F2F, 0xFFFF] {
            for length in 1...16 {
                let watch = WatchDataExtended(
                    connID: 2, wpath: TerminatedString("/" + String(repeating: "p", count: length)),
                    token: TerminatedString("tok"), depth: depth)
                let format = StreamFormat(layout: .v2)
                var writer = StreamWriter(header: Header(format: format), format: format)
                try writer.write(.watchExtended(watch))
                try writer.write(.opaque(OpaqueData(type: .end)))
                var reader = try StreamReader(bytes: writer.bytes, format: format)
                #expect(try reader.next()?.body == .watchExtended(watch))
            }
        }
    }
}
