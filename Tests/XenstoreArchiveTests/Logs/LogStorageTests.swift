import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Logs come out of the archive byte for byte, however many files they are in.
@Suite struct LogStorageTests {
    private let fixture: ArchiveFixture

    init() throws {
        fixture = try ArchiveFixture()
    }

    @discardableResult
    private func store(
        _ bytes: [UInt8], _ name: String = "access.log", run: Int64 = 1, _ form: LogForm? = nil, at time: String? = nil
    ) throws -> LogImporter.Outcome {
        let form = try form ?? #require(LogForm.detect(bytes))
        return try LogImporter(fixture.archive, run: run).store(
            bytes, form, label: ImageLabel(name: name, series: "main", modifiedAt: time), from: Provenance())
    }

    private func export(_ logID: Int64) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try LogExporter(fixture.archive).export(ArchivedLog.log(logID, fixture.archive)) { bytes += $0 }
        return bytes
    }

    private func export(_ logID: Int64, file name: String) throws -> [UInt8] {
        let file = try #require(ArchivedLogFile.all(fixture.archive, of: logID).last { $0.name == name })
        var bytes: [UInt8] = []
        try LogExporter(fixture.archive).export(file) { bytes += $0 }
        return bytes
    }

    /// Lines one second apart, whose values are their numbers.
    private func lines(_ numbers: Range<Int>) -> [UInt8] {
        numbers.flatMap { number -> [UInt8] in
            let second = String(number % 60), minute = String(number / 60)
            let clock = [minute, second].map { $0.count == 1 ? "0" + $0 : $0 }.joined(separator: ":")
            return Array("[20261125T21:\(clock).000Z]  D\(number % 3 + 1)           write     data/x \(number)\n".utf8)
        }
    }

    private static let names = Files.list(Fixtures.path("logs")).sorted()

    @Test(arguments: names) func aLogOfARealDaemonComesOutAsItWas(_ name: String) throws {
        let bytes = Fixtures.bytes("logs/" + name)
        let outcome = try store(bytes, name)
        #expect(outcome.newLineCount == outcome.lineCount)
        #expect(try export(outcome.logID) == bytes)
        #expect(try export(outcome.logID, file: name) == bytes)
        #expect(try fixture.problems() == [])
        let view = try fixture.count("SELECT count(*) FROM events")
        #expect(
            try view + fixture.count("SELECT count(*) FROM log_lines") == fixture.count("SELECT count(*) FROM event"))
        #expect(view == outcome.recordCount)
    }

    /// Whatever the bytes are.
    @Test func damagedLogsComeOutAsTheyWere() throws {
        for seed in UInt64(0)..<150 {
            var random = SeededGenerator(seed: seed)
            var bytes = Fixtures.bytes("logs/" + Self.names[random.below(Self.names.count)])
            for _ in 0..<1 + random.below(6) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(random.below(256)), at: place)
                case 2: bytes[place] = [10, 13, 32, 41, 0, 92][random.below(6)]
                default: bytes = Array(bytes.prefix(place + 1))
                }
            }
            let form = LogForm.allCases[random.below(3)]
            let outcome = try store(bytes, "log \(seed)", form)
            #expect(try export(outcome.logID) == bytes, "seed \(seed)")
        }
        #expect(try fixture.problems() == [])
    }

    // MARK: Files

    @Test func aLogThatHasGrownIsStoredOnlyFromThereOn() throws {
        let first = try store(lines(0..<20))
        let second = try store(lines(0..<50), run: 2)
        #expect(second.logID == first.logID)
        #expect(second.newLineCount == 30)
        #expect(try export(first.logID) == lines(0..<50))
        #expect(try fixture.count("SELECT gaps FROM logs") == 0)
        #expect(try fixture.strings("SELECT lines || ' ' || new_lines FROM log_files") == ["20 20", "50 30"])
    }

    @Test func filesOfARotationAreOneLogWhateverTheirOrder() throws {
        let files = [
            ("access.log", lines(60..<75)), ("access.log.1", lines(40..<60)), ("access.log.2", lines(0..<40)),
        ]
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let other = try LogStorageTests()
            for index in order { try other.store(files[index].1, files[index].0) }
            #expect(try other.export(1) == lines(0..<75))
            #expect(try other.fixture.count("SELECT gaps FROM logs") == 0)
            #expect(
                try other.fixture.strings("SELECT joined FROM log_segment WHERE position > 1") == [
                    "rotation", "rotation",
                ])
            for (name, bytes) in files { #expect(try other.export(1, file: name) == bytes) }
        }
    }

    @Test func filesThatAreNotKnownToFollowEachOtherHaveAGapBetweenThem() throws {
        try store(lines(0..<20), "access.log.1", run: 1)
        try store(lines(40..<60), "access.log", run: 2)
        #expect(
            try fixture.strings("SELECT position || ' ' || from_time || ' ' || to_time FROM log_gaps")
                == ["21 2026-11-25T21:00:19.000Z 2026-11-25T21:00:40.000Z"])
        try store(lines(10..<50), "access.log.2", run: 3)
        #expect(try fixture.strings("SELECT position FROM log_gaps") == [])
        #expect(try export(1) == lines(0..<60))
    }

    @Test func anyPiecesOfALogGiveItBack() throws {
        for seed in UInt64(0)..<40 {
            var random = SeededGenerator(seed: seed)
            let other = try LogStorageTests()
            var pieces: [(String, [UInt8])] = []
            for number in 0..<2 + random.below(6) {
                let start = random.below(60)
                let bytes = lines(start..<start + 5 + random.below(40))
                let outcome = try other.store(bytes, "access.log.\(number)", run: Int64(number) + 1)
                #expect(outcome.logID == 1)
                pieces.append(("access.log.\(number)", bytes))
            }
            for (name, bytes) in pieces { #expect(try other.export(1, file: name) == bytes, "seed \(seed)") }
            let values = try other.fixture.strings("SELECT value FROM events ORDER BY position").compactMap(Int.init)
            #expect(values == Array(Set(values)).sorted(), "seed \(seed): each line once, in order of time")
            #expect(try other.fixture.problems() == [], "seed \(seed)")
        }
    }

    @Test func theSameFileAgainIsKnown() throws {
        try store(lines(0..<20))
        #expect(try store(lines(0..<20), run: 2).isKnown)
        #expect(try fixture.count("SELECT count(*) FROM log_file") == 1)
        let other = try store(lines(0..<20), "access.log.1", run: 3)
        #expect(other.newLineCount == 0 && !other.isKnown)
    }

    @Test func aLineOfAnEventSaysWhereItIsInTheFileThatBroughtIt() throws {
        try store(lines(0..<20), "access.log.1")
        try store(lines(10..<30), "access.log", run: 2)
        #expect(
            try fixture.strings("SELECT file || ':' || line FROM events WHERE value IN ('12', '25') ORDER BY position")
                == ["access.log.1:13", "access.log:16"])
    }

    // MARK: Removal and damage

    @Test func aRemovedLogLeavesNothing() throws {
        try fixture.store(Fixtures.bytes("xen-4.17-small.bin"))
        let paths = try fixture.count("SELECT count(*) FROM path")
        try store(lines(0..<20))
        try store(Fixtures.bytes("logs/xenstored-4.17-trace.log"), "trace.log")
        try Remover(fixture.archive).remove([ArchivedLog.log(1, fixture.archive)], note: "asked for")
        #expect(try fixture.count("SELECT count(*) FROM logs") == 1)
        try Remover(fixture.archive).remove([ArchivedLog.log(2, fixture.archive)])
        for table in [
            "log", "log_segment", "log_file", "log_part", "log_connection", "log_transaction", "log_string", "event",
            "event_tally", "log_minute",
        ] {
            #expect(try fixture.count("SELECT count(*) FROM \(table)") == 0, "\(table)")
        }
        #expect(try fixture.count("SELECT count(*) FROM path") == paths)
        #expect(try fixture.problems() == [])
        #expect(Files.read(fixture.path).occurrences(of: Array("FFFFFFFF82".utf8)) == 0)
        #expect(try CustodyLog(fixture.archive).entries().last?.note == "log:2, trace.log, series main")
    }

    @Test func theRemovalOfAnImageLeavesThePathsOfLogs() throws {
        let image = try fixture.store(Fixtures.bytes("xen-4.17-small.bin"))
        let outcome = try store(lines(0..<20))
        try Remover(fixture.archive).remove([fixture.archive.image(id: image.imageID)])
        #expect(try export(outcome.logID) == lines(0..<20))
        #expect(try fixture.problems() == [])
    }

    @Test(arguments: [
        "UPDATE event SET value = 'evil' WHERE event_id = 3", "UPDATE event SET at = at + 1 WHERE event_id = 3",
        "DELETE FROM event WHERE event_id = 20", "UPDATE log_string SET string = 'evil'",
        "UPDATE event_tally SET events = events + 1", "UPDATE log_part SET first_line = 2",
        "UPDATE log_segment SET line_count = 20", "UPDATE event SET operation = 99 WHERE event_id = 3",
        "UPDATE event SET connection_id = NULL WHERE event_id = 3", "UPDATE log SET form = 'trace'",
    ])
    func aChangeToTheTablesIsFound(_ change: String) throws {
        try store(lines(0..<20) + Array("[20261125T21:50:25.326Z]  A1           rm        /a \n".utf8))
        #expect(try fixture.problems() == [])
        try fixture.archive.database.execute("PRAGMA foreign_keys = OFF")
        try fixture.archive.database.execute(change)
        #expect(try fixture.problems() != [], "\(change)")
    }

    @Test func theCustodyLogHasTheImport() throws {
        let bytes = lines(0..<20)
        try LogImporter(fixture.archive, run: 1).store(
            bytes, .access, label: ImageLabel(name: "access.log", series: "host7"), from: Provenance(source: "/logs/a"))
        let entry = try #require(try CustodyLog(fixture.archive).lastEntry())
        #expect(entry.action == "import" && entry.note == "log:1" && entry.source == "/logs/a")
        #expect(entry.size == Int64(bytes.count))
        #expect(try entry.sha256 == fixture.strings("SELECT sha256 FROM log_file").first)
    }

    @Test func theNumbersOfOperationsAreThoseOfTheTable() throws {
        let stored = try fixture.strings("SELECT operation || ' ' || name FROM log_operation ORDER BY operation")
        let plain = LogOperation.allCases.filter { $0 != .reply }.map { "\($0.rawValue) \($0.name)" }
        let replies = LogOperation.allCases.filter(\.isRequest).map { "\(100 + Int($0.rawValue)) reply" }
        #expect(stored == plain + replies)
    }
}
