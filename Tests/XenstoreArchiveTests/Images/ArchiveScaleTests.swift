import CSQLite
import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// What an archive with many images costs, in steps of SQLite's virtual machine, which do not
/// depend on the computer.
@Suite struct ArchiveScaleTests {
    private final class Counter {
        var steps = 0
    }

    /// The steps of the virtual machine while `body` runs.
    private func steps(_ fixture: ArchiveFixture, _ body: () throws -> Void) rethrows -> Int {
        let counter = Counter()
        sqlite3_progress_handler(
            fixture.archive.database.handle, 1,
            { context in
                if let context { Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue().steps += 1 }
                return 0
            }, Unmanaged.passUnretained(counter).toOpaque())
        defer { sqlite3_progress_handler(fixture.archive.database.handle, 0, nil, nil) }
        try body()
        return counter.steps
    }

    /// A stream whose nodes are those of a host, and one of which has a value.
    private func stream(host: Int, value: String) throws -> [UInt8] {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        for (path, value) in [("/", "")] + (0..<5).map({ ("/host\(host)-\($0)", $0 == 0 ? value : "") }) {
            try writer.write(
                .node(
                    NodeData(
                        path: TerminatedString(Octets(path.utf8)), value: Octets(value.utf8),
                        perms: [Permission(perm: UInt8(ascii: "n"), domid: 0)])))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }

    /// Stores images of eight hosts, which go to and fro between two states.
    private func fill(_ fixture: ArchiveFixture, rounds: Range<Int>) throws {
        for round in rounds {
            for host in 0..<8 {
                try fixture.store(
                    stream(host: host, value: round % 2 == 0 ? "a" : "b"), "state \(round)", series: "host\(host)",
                    at: "2026-08-01T10:\(round + 10):00Z")
            }
        }
    }

    @Test func anImportCostsTheSameAfterManyImages() throws {
        let fixture = try ArchiveFixture()
        try fill(fixture, rounds: 0..<2)
        let few = try steps(fixture) {
            try fixture.store(stream(host: 3, value: "c"), series: "host3", at: "2026-08-01T13:00:00Z")
        }
        try fill(fixture, rounds: 2..<40)
        let many = try steps(fixture) {
            try fixture.store(stream(host: 4, value: "d"), series: "host4", at: "2026-08-01T14:00:00Z")
        }
        #expect(few > 100 && many < 2 * few, "\(few), \(many)")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 8)
        #expect(try fixture.problems() == [])
    }

    @Test func theNewestImageIsFoundAsFastAmongManyImages() throws {
        let fixture = try ArchiveFixture()
        try fill(fixture, rounds: 0..<4)
        var found: [ArchivedImage] = []
        func look() throws {
            found = try [.latest(back: 2), .colon("host5:latest")].map(fixture.archive.image)
        }
        let few = try steps(fixture, look)
        #expect(found.map(\.label.series) == ["host5", "host5"] && found.map(\.label.name) == ["state 3", "state 3"])
        try fill(fixture, rounds: 4..<40)
        let many = try steps(fixture, look)
        #expect(
            found.map(\.label.series) == ["host5", "host5"] && found.map(\.label.name) == ["state 39", "state 39"])
        #expect(few > 100 && many < 2 * few, "\(few), \(many)")
    }

    @Test func aListOfSeriesScansOneTableOnce() throws {
        let fixture = try ArchiveFixture()
        let rows = try fixture.archive.database.prepare("EXPLAIN QUERY PLAN " + ArchivedSeries.statement)
        var plan: [String] = []
        while try rows.step() { plan.append(rows.string(3)) }
        let scans = plan.filter { $0.hasPrefix("SCAN ") }
        #expect(scans == ["SCAN series_step", "SCAN e"], "\(plan)")
        #expect(plan.count { $0.hasPrefix("SEARCH ") } >= 8, "\(plan)")
    }

    @Test func everyImageIsReadWithTheSameStatements() throws {
        let fixture = try ArchiveFixture()
        try fill(fixture, rounds: 0..<2)
        let list = try fixture.archive.images()
        #expect(list.map(\.imageID) == Array(1...16))
        for image in list {
            let one = try fixture.archive.image(id: image.imageID)
            #expect(one.label == image.label && one.stream.sha256 == image.stream.sha256)
            #expect(one.stream.coverage == image.stream.coverage)
        }
    }

    @Test func anIdIsNeverGivenTwice() throws {
        let fixture = try ArchiveFixture()
        for (value, name) in [("a", "one"), ("b", "two"), ("c", "three")] {
            try fixture.store(stream(host: 0, value: value), name)
        }
        try Remover(fixture.archive).remove([fixture.archive.image(id: 3)], note: nil)
        try Remover(fixture.archive).remove([fixture.archive.image(id: 2)], note: nil)
        #expect(try fixture.store(stream(host: 0, value: "d"), "four").imageID == 4)
    }
}
