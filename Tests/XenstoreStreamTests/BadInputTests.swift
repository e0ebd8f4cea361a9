import TestSupport
import Testing
import XenstoreStream

@Suite struct BadInputTests {
    /// Reads to the end and returns the error, if there is one.
    private func failure(_ bytes: [UInt8], _ layout: Layout? = nil) -> StreamError? {
        do throws(StreamError) {
            let format = try LayoutDetection(bytes: bytes, forced: layout).format
            var reader = try StreamReader(bytes: bytes, format: format)
            while try reader.next() != nil {}
            return nil
        } catch {
            return error
        }
    }

    @Test func everyTruncationIsAnError() {
        let bytes = Fixtures.bytes("xen-4.22-tiny.bin")
        for count in 0..<bytes.count {
            let error = failure(Array(bytes[..<count]))
            #expect(error != nil, "cut at \(count)")
            #expect((error?.offset ?? 0) <= count, "cut at \(count)")
        }
        #expect(failure(bytes) == nil)
    }

    @Test func aLengthBeyondTheEndNamesOffsetRecordAndField() {
        var bytes = Fixtures.bytes("xen-4.17-tiny.bin")
        bytes[20...23] = [0xFF, 0xFF, 0xFF, 0xFF]
        let error = failure(bytes)
        #expect(error?.code == .lengthBeyondEnd)
        #expect(error?.offset == 20)
        #expect(error?.record == 1)
        #expect(error?.field == .len)
        #expect(
            error?.description.hasPrefix(
                "offset 20, record 1 (GLOBAL_DATA), len: the record's body has 4294967295 bytes") == true)
    }

    @Test func aFieldBeyondTheBodyNamesTheField() {
        let format = StreamFormat(layout: .v1)
        // wpath-len says 100, the body has 16 bytes.
        let bytes =
            Header(format: format).bytes + [3, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 100, 0, 2, 0]
            + Array(repeating: 0, count: 16)
        let error = failure(bytes)
        #expect(error?.code == .fieldBeyondBody)
        #expect(error?.field == .wpath)
        #expect(error?.offset == 32)
        #expect(
            error?.description.contains("record 1 (WATCH_DATA), wpath: needs 100 bytes, the record's body has 8 left")
                == true)
    }

    @Test func countsAreCheckedBeforeAnythingIsAllocated() {
        let header = Header(version: 1, flags: 0).bytes
        // perm-count 65535 and quota counts of 65535 each, in bodies of 16 and 8 bytes.
        let node: [UInt8] = [5, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let quota: [UInt8] = [6, 0, 0, 0, 8, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
        #expect(failure(header + node, .v1)?.field == .perms)
        #expect(failure(header + quota, .v1)?.field == .quotas)
    }

    @Test func otherFilesAreNoStreams() {
        #expect(failure([])?.code == .empty)
        #expect(failure(Array("hello".utf8))?.code == .notAStream)
        #expect(failure(Fixtures.bytes("oxenstored-4.17-small.dump"))?.code == .notAStream)
    }

    @Test func aValueThatDoesNotFitItsFieldCannotBeWritten() {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        let node = NodeData(path: TerminatedString("/a"), value: Octets(repeating: 0x78, count: 65536), perms: [])
        #expect { try writer.write(.node(node)) } throws: {
            ($0 as? StreamError)?.code == .doesNotFit && ($0 as? StreamError)?.field == .valueLength
        }
    }

    @Test func mutantsAreRefusedOrComeBackByteForByte() throws {
        var random = SeededGenerator(seed: 20_260_801)
        for name in ["xen-4.17-tiny.bin", "xen-4.22-tiny.bin", "xen-2026-08-depth-2.bin", "xen-2026-08-depth-3.bin"] {
            let original = Fixtures.bytes(name)
            for number in 0..<400 {
                var bytes = original
                for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                if random.chance(20) { bytes.removeLast(random.below(bytes.count)) }
                guard let detection = try? LayoutDetection(bytes: bytes),
                    var reader = try? StreamReader(bytes: bytes, format: detection.format)
                else { continue }
                var writer = StreamWriter(header: reader.header, format: detection.format)
                do {
                    while let record = try reader.next() { try writer.write(record.body, residue: record.residue) }
                } catch {
                    continue
                }
                writer.write(trailer: reader.trailer)
                #expect(writer.bytes == bytes, "\(name), mutant \(number)")
            }
        }
    }
}
