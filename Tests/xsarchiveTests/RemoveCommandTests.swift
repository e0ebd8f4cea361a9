import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// `remove` takes an image's bytes out of the files themselves.
@Suite struct RemoveCommandTests {
    private static let marker = "MARKER-7f3a9c"

    /// A host with something of the marker in every kind of place.
    private func image(_ marker: String, _ number: Int) throws -> [UInt8] {
        var stream = HandmadeStream(nodes: [
            ("/", ""), ("/tool", ""), ("/a\(marker)", "x"), ("/b", "the \(marker) value"), ("/n", "\(number)"),
        ])
        // A value that takes pages of its own.
        stream.nodes.append((Array("/big".utf8)[...], Array(String(repeating: marker + " ", count: 2000).utf8)[...]))
        for index in 0..<200 {
            stream.nodes.append((Array("/keep/\(index)".utf8)[...], Array("kept \(index)".utf8)[...]))
        }
        stream.watches = [(Array("/w\(marker)".utf8)[...], Array("token \(marker)".utf8)[...])]
        stream.pendingInput = Array("\(marker)".utf8)[...]
        return try stream.bytes()
    }

    private func occurrences(_ place: Workplace) -> [String] {
        place.names.filter {
            $0 != "sought" && !$0.hasSuffix(".bin") && place.bytes($0).count(of: Array(Self.marker.utf8)) > 0
        }
    }

    /// Which of three images of one chain is the one with the marker.
    @Test(arguments: [0, 1, 2]) func theBytesAreGoneFromEveryFile(_ marked: Int) throws {
        let place = Workplace()
        for number in 0..<3 {
            place.write(try image(number == marked ? Self.marker : "other", number), "\(number).bin")
            expectDone(place.run("import", "\(number).bin"))
        }
        #expect(occurrences(place) == ["xsarchive.db"])
        let outcome = place.run("remove", "@\(marked + 1)", "--reason", "asked to")
        expectDone(outcome)
        #expect(outcome.text == "@\(marked + 1)  \(marked).bin  removed\n")
        #expect(occurrences(place) == [])
        #expect(place.names == ["0.bin", "1.bin", "2.bin", "xsarchive.db"])
        expectDone(place.run("verify"))
        for number in 0..<3 where number != marked {
            expectBytes(place.run("export", "@\(number + 1)").output, place.bytes("\(number).bin"))
        }
        expectFailure(place.run("export", "@\(marked + 1)"), 2, containing: ["no image @\(marked + 1)"])
        // The log still knows it.
        let entries = try JSONText.lines(place.run("custody", "--format", "jsonl")).filter {
            $0["image_id"] as? Int == marked + 1
        }
        #expect(entries.map { $0["action"] as? String } == ["import", "remove"])
        #expect(entries[1]["note"] as? String == "asked to")
        #expect(entries[1]["sha256"] as? String == entries[0]["sha256"] as? String)
        // Once more: it is said, and nothing is lost.
        let again = place.run("remove", "@\(marked + 1)")
        expectDone(again)
        #expect(again.text.contains("already removed on 20"))
        expectDone(place.run("verify"))
    }

    /// Without overwriting the bytes stay in the file: the test above can fail.
    @Test func plainDeletionWouldLeaveTheBytes() throws {
        let place = Workplace()
        place.write(try image(Self.marker, 0), "0.bin")
        expectDone(place.run("import", "0.bin"))
        #expect(
            place.sqlite(
                "PRAGMA secure_delete = OFF; DELETE FROM node_span; DELETE FROM path; DELETE FROM watch_span; DELETE FROM connection_span"
            ).ending == .exit(0))
        #expect(occurrences(place) == ["xsarchive.db"])
    }

    /// The bytes of an image that is there twice stay until both are removed.
    @Test func sharedBytesGoWithTheLastOfTheirImages() throws {
        let place = Workplace()
        place.write(try image(Self.marker, 0), "0.bin")
        expectDone(place.run("import", "0.bin"))
        expectDone(place.run("import", "0.bin", "--series", "other"))
        expectDone(place.run("remove", "@1"))
        expectBytes(place.run("export", "@2").output, place.bytes("0.bin"))
        expectDone(place.run("verify"))
        expectDone(place.run("remove", "@2"))
        #expect(occurrences(place) == [])
    }

    /// Killed at any moment, the archive is whole, and giving the command again finishes it.
    @Test func aRemovalThatWasKilledIsFinishedByTheNext() throws {
        let place = Workplace()
        for number in 0..<2 {
            place.write(try image(number == 0 ? Self.marker : "other", number), "\(number).bin")
            expectDone(place.run("import", "\(number).bin"))
        }
        let before = place.bytes("xsarchive.db")
        var random = SeededGenerator(seed: 5)
        for _ in 0..<8 {
            for name in place.names where name.hasPrefix("xsarchive.db") { unlink(place.file(name)) }
            place.write(before, "xsarchive.db")
            let running = place.start(["remove", "@1"])
            usleep(UInt32(random.below(120_000)))
            running.stop()
            _ = running.outcome()
            expectDone(place.run("verify"))
            expectBytes(place.run("export", "@2").output, place.bytes("1.bin"))
            expectDone(place.run("remove", "@1"))
            #expect(occurrences(place) == [])
            expectDone(place.run("verify"))
        }
    }

    @Test func copiesThatAnUpgradeKeptAreNamed() {
        let place = Workplace()
        place.write(Fixtures.bytes("archives/v002.db"), "xsarchive.db")
        let outcome = place.run("remove", "@1")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.errorLines.count == 2)
        #expect(outcome.errorLines.last?.contains("xsarchive.db.v2.backup: an older copy of the archive") == true)
    }

    @Test func whatIsNotThereIsTold() {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        expectFailure(place.run("remove", "@99"), 2, containing: ["no image @99"])
        expectFailure(place.run("remove", "@1", "@99"), 2, containing: ["no image @99"])
        expectFailure(place.run("remove", "file.bin"), 64, containing: ["file.bin: not an archived image"])
        expectBytes(place.bytes("xsarchive.db"), before)
    }
}

extension [UInt8] {
    /// How often a sequence of bytes occurs.
    fileprivate func count(of pattern: [UInt8]) -> Int {
        guard let first = pattern.first, count >= pattern.count else { return 0 }
        var found = 0
        for start in 0...(count - pattern.count) where self[start] == first {
            if self[start..<start + pattern.count].elementsEqual(pattern) { found += 1 }
        }
        return found
    }
}
