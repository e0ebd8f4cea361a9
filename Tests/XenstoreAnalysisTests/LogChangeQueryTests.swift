import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Who made what changed between two images, by a log of which the right answer is known.
@Suite struct LogChangeQueryTests {
    private let lines = [
        (0, "D5|write|/a 1"), (500, "D5|newconn|"),
        // Between the images.
        (11_000, "D5|write|/a 2"), (12_000, "D6|rm|/gone "), (12_500, "D6|write|/x 1"),
        (13_000, "A1|setperms|/p n0 r5 "),
        (13_100, "A1|write|/x 2"), (14_000, "D5|write|/new/deep/node 7"), (14_100, "D5|write|/x 3"),
        (15_000, "D6|write|/other 8"), (15_100, "D6|write|/x 4"),
        // After them.
        (21_000, "D9|write|/a 3"), (22_000, "D5|newconn|"), (22_100, "D6|newconn|"), (22_200, "D9|newconn|"),
    ]
    private let older = [
        node("/a", "1"), node("/gone", ""), node("/gone/b", "1"), node("/p", "v"), node("/other", "7"),
        node("/quiet", "1"),
    ]
    private let newer = [
        node("/a", "2"), node("/p", "v", "n0,r5"), node("/new", ""), node("/new/deep", ""), node("/new/deep/node", "7"),
        node("/other", "9"), node("/quiet", "2"),
    ]

    private func finds(
        _ name: String, _ answers: QueryAnswers, _ parameters: [String: String], _ rows: [String]
    ) throws {
        #expect(try answers.rows(name, parameters) == rows, "\(name)")
    }

    private func findsNothing(_ name: String, _ answers: QueryAnswers, _ parameters: [String: String]) throws {
        #expect(try answers.rows(name, parameters) == [], "\(name)")
    }

    private func images(_ answers: QueryAnswers) throws -> (old: String, new: String) {
        (
            try answers.store(older, at: "2026-11-25T21:00:10Z"), try answers.store(newer, at: "2026-11-25T21:00:20Z")
        )
    }

    @Test func eachChangeHasItsAuthor() throws {
        let answers = try QueryAnswers(log: lines)
        let images = try images(answers)
        let day = "2026-11-25T21:00"
        let made = "likely|it exists because something below it was written|value|write"
        let removed = "12.000Z|1|4|likely|the log does not show that the removal succeeded|removed|rm"
        let set = "13.000Z|1|6|likely|the log does not show that the setperms succeeded|perms|setperms"
        #expect(
            try answers.rows("log_blame", ["image_id": images.new, "before_id": images.old])
                == [
                    "/a|2|5|D5|\(day):11.000Z|1|3|certain|NULL|value|write",
                    "/gone|NULL|6|D6|\(day):\(removed)",
                    "/gone/b|NULL|6|D6|\(day):\(removed)",
                    "/new||5|D5|\(day):14.000Z|1|8|\(made)", "/new/deep||5|D5|\(day):14.000Z|1|8|\(made)",
                    "/new/deep/node|7|5|D5|\(day):14.000Z|1|8|certain|NULL|value|write",
                    "/other|9|NULL|NULL|NULL|NULL|NULL|unknown|the last write in the log has another value|value|NULL",
                    "/p|v|0|A1|\(day):\(set)",
                    "/quiet|2|NULL|NULL|NULL|NULL|NULL|unknown|not in a log|value|NULL",
                ])
        #expect(
            try answers.rows("log_blame", ["image_id": images.new, "before_id": images.old, "path": "/gone"]).count == 2
        )
    }

    private func reason(_ lines: [(Int, String)], series: String = "main") throws -> String {
        let answers = try QueryAnswers(log: lines, series: series)
        let images = try images(answers)
        let rows = try answers.rows("log_blame", ["image_id": images.new, "before_id": images.old, "path": "/quiet"])
        return rows.first.map { String($0.split(separator: "|")[8]) } ?? ""
    }

    @Test func whatNoLogExplainsSaysWhy() throws {
        #expect(try reason([(0, "D5|write|/x 1"), (30_000, "D5|write|/x 1")]) == "not in a log")
        #expect(
            try reason([(0, "D5|write|/x 1"), (15_000, "D5|write|/x 1")])
                == "not in a log, and no log covers all of the time between the images")
        #expect(try reason([(0, "D5|write|/x 1")]) == "no log covers the time between the images")
        #expect(try reason([(30_000, "D5|write|/x 1")]) == "no log covers the time between the images")
        #expect(
            try reason([(0, "D5|write|/x 1")], series: "else") == "no log covers the time: the series has none")
    }

    @Test func aRemovedNodeThatWasWrittenAfterItsRemovalHasNoAuthor() throws {
        let answers = try QueryAnswers(
            log: [
                (11_000, "D6|rm|/gone "), (12_000, "D6|write|/gone/b 2"), (13_000, "D6|write|/x 1"),
                (30_000, "D5|newconn|"),
            ])
        let images = try images(answers)
        let rows = try answers.rows("log_blame", ["image_id": images.new, "before_id": images.old, "path": "/gone"])
        #expect(rows.count == 2)
        #expect(
            rows.last?.contains("unknown|the log has a write of it, and no removal after that|removed|NULL") == true)
    }

    /// An image has the second of its capture only.
    @Test func whatIsOfTheImagesSecondIsNotCertain() throws {
        let answers = try QueryAnswers(
            log: [
                (11_000, "D5|write|/a 2"), (12_000, "D5|write|/x 1"), (20_300, "D6|write|/a 2"),
                (20_400, "D6|write|/other 3"), (20_500, "D6|write|/x 1"), (30_000, "D5|newconn|"),
            ])
        let images = try images(answers)
        let doubt = "it is of the same second or millisecond as the image"
        let rows = try answers.rows("log_blame", ["image_id": images.new, "before_id": images.old, "path": "/a"])
        #expect(
            rows == ["/a|2|6|D6|2026-11-25T21:00:20.300Z|1|3|likely|\(doubt)|value|write"])
        // A capture time with a fraction says which it was.
        let exact = try answers.store(newer, at: "2026-11-25T21:00:20.2Z")
        let row = try answers.rows("log_blame", ["image_id": exact, "before_id": images.old, "path": "/a"])
        #expect(row == ["/a|2|5|D5|2026-11-25T21:00:11.000Z|1|1|certain|NULL|value|write"])
        // What another value shows to be after the image is not the last write before it.
        let other = try answers.rows("log_blame", ["image_id": images.new, "before_id": images.old, "path": "/other"])
        #expect(
            other.map { $0.split(separator: "|")[8] } == [
                "not in a log, and no log covers all of the time between the images"
            ])
    }

    // MARK: Changes of a diff

    private func authors(_ answers: QueryAnswers, _ old: String, _ new: String) throws -> (Diff, ChangeAuthors) {
        func source(_ id: String) throws -> ImageSource {
            ImageSource(answers.archive, try answers.archive.image(id: Int64(id) ?? 0))
        }
        return (
            try Diff(source(old), source(new)), try ChangeAuthors(from: source(old), to: source(new))
        )
    }

    @Test func everyChangeOfADiffHasAnAuthorOrAReason() throws {
        let answers = try QueryAnswers(log: lines)
        let old = try answers.store(older + [node("/both", "1")], at: "2026-11-25T21:00:10Z")
        let new = try answers.store(
            newer + [node("/both", "2", "n7"), ring(1, of: 5)], at: "2026-11-25T21:00:20Z")
        let (diff, authors) = try authors(answers, old, new)
        var seen: [String: String] = [:]
        for change in diff.changes {
            let found = authors.authors(of: change)
            #expect(!found.isEmpty)
            let name = change.path.map { String(decoding: $0, as: UTF8.self) } ?? change.kind.rawValue
            seen[name] = found.map { "\($0.what) \($0.certainty)" }.joined(separator: ", ")
        }
        #expect(seen["/a"] == "value certain")
        #expect(seen["/gone/b"] == "removed likely")
        #expect(seen["/p"] == "perms likely")
        #expect(seen["/both"] == "perms unknown, value unknown")
        #expect(seen["connection"] == "value unknown")
    }

    @Test func imagesOfTwoSeriesOrInTheWrongOrderAreRefused() throws {
        let answers = try QueryAnswers(log: lines)
        let images = try images(answers)
        #expect(throws: ArchiveError.self) { try authors(answers, images.new, images.old) }
        let other = try answers.store(newer, series: "other", at: "2026-11-25T21:00:30Z")
        #expect(throws: ArchiveError.self) { try authors(answers, images.old, other) }
    }

    // MARK: A guest

    @Test func aGuestHasTheEventsOfAllItsDomids() throws {
        let answers = try QueryAnswers(
            log: [
                // Another guest had the domid before.
                (0, "A1|introduce|5 1 1 "), (1, "A1|write|/local/domain/5/vm /vm/other"), (2, "A1|release|5 "),
                (1000, "D5|newconn|"), (2000, "A1|write|/local/domain/5/vm /vm/u"), (3000, "A1|write|/x 1"),
                (4000, "D5|endconn|"), (4100, "A1|rm|/local/domain/5 "), (4200, "A1|write|/x 1"),
                (5000, "A1|write|/local/domain/8/vm /vm/u"), (5500, "D8|newconn|"), (5600, "A1|write|/x 1"),
                (5700, "D9|newconn|"),
            ])
        let home = [node("/local/domain/8/vm", "/vm/u"), node("/local/domain/9/vm", "/vm/else")]
        for second in [6, 7, 8] { try answers.store(home, at: "2026-11-25T21:00:0\(second)Z") }
        let day = "2026-11-25T21:00"
        let (first, second) = ("main|5|\(day):01.000Z|\(day):04.100Z", "main|8|\(day):05.000Z|NULL")
        let rows = [
            "\(first)|\(day):01.000Z|log:1, 4|newconn|D5|NULL|NULL|NULL",
            "\(first)|\(day):02.000Z|log:1, 5|write|A1|0|/vm/u|ok",
            "\(first)|\(day):04.000Z|log:1, 7|endconn|D5|NULL|NULL|NULL",
            "\(first)|\(day):04.100Z|log:1, 8|rm|A1|0|NULL|NULL",
            "\(second)|\(day):05.000Z|log:1, 10|write|A1|0|/vm/u|ok",
            "\(second)|\(day):05.500Z|log:1, 11|newconn|D8|NULL|NULL|NULL",
            "\(second)|\(day):06Z|@1|NULL|NULL|NULL|NULL|NULL", "\(second)|\(day):08Z|@3|NULL|NULL|NULL|NULL|NULL",
        ]
        try finds("log_guest", answers, ["uuid": "u"], rows)
        try finds("log_guest", answers, ["uuid": "/vm/u", "series": "main"], rows)
        try findsNothing("log_guest", answers, ["uuid": "none"])
        #expect(try answers.rows("log_guest", ["uuid": "other"]).count == 3)
    }
}
