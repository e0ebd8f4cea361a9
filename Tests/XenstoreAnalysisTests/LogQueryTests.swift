import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The queries of the group logs, on small logs of which the right answer is known.
@Suite struct LogQueryTests {
    private func answers(_ lines: [(Int, String)], series: String = "main") throws -> QueryAnswers {
        try QueryAnswers(log: lines, series: series)
    }

    private func finds(_ name: String, _ answers: QueryAnswers, _ rows: [String]) throws {
        try finds(name, answers, [:], rows)
    }

    private func finds(
        _ name: String, _ answers: QueryAnswers, _ parameters: [String: String], _ rows: [String]
    ) throws {
        #expect(!rows.isEmpty)
        #expect(try answers.rows(name, parameters) == rows, "\(name)")
    }

    private func findsNothing(
        _ name: String, _ answers: QueryAnswers? = nil, _ parameters: [String: String] = [:]
    ) throws {
        let answers = try answers ?? self.answers([(0, "A1|newconn|"), (1, "A1|endconn|")])
        #expect(try answers.rows(name, parameters) == [], "\(name)")
    }

    private let busy = [
        (0, "D5|write|data/x 1"), (10, "D5|write|data/x 2"), (20, "D5|write|control/y 1"), (20, "D5|error|EACCES "),
        (30, "D6|write|/local/domain/5/data/x 3"), (40, "D6|w event|data/z T "), (41, "D6|w event|data/z T "),
        (42, "D6|w event|data/q T "), (43, "D6|w event|data/q U "), (50, "D5|mkdir|d"), (60, "D6|mkdir|d"),
        (70, "D5|newconn|"),
    ]

    @Test func writersAreCountedByDomain() throws {
        try finds("log_writers", answers(busy), ["1|5|4|4|1|0", "1|6|2|2|0|4"])
        try findsNothing("log_writers", QueryAnswers())
    }

    @Test func subtreesAreCutAtTheirDepth() throws {
        try finds(
            "log_subtrees", answers(busy),
            [
                "1|5|/local/domain/5/data|2|0|1", "1|5|/local/domain/5/control|1|1|1", "1|5|/local/domain/5/d|1|0|1",
                "1|6|/local/domain/5/data|1|0|1", "1|6|/local/domain/6/d|1|0|1",
            ])
        try finds(
            "log_subtrees", answers(busy), ["depth": "2"], ["1|5|/local/domain|4|1|3", "1|6|/local/domain|2|0|2"])
        try findsNothing("log_subtrees")
    }

    @Test func errorsAreCountedByRequest() throws {
        let lines = busy + [(80, "D6|error|EACCES "), (90, "D6|error|EQUOTA ")]
        // The first error is that of the newest request in the log, the second one of another.
        try finds(
            "log_errors", answers(lines),
            ["1|5|write|EACCES|1|3", "1|6|mkdir|EACCES|1|11", "1|6|NULL|EQUOTA|1|14"])
        try findsNothing("log_errors")
    }

    @Test func aConflictNamesWhatStoodAgainstIt() throws {
        let lines = [
            (0, "A1.3|write|/a 1"), (1, "A1.3|write|/b 1"), (2, "D5|write|/b 2"), (3, "A1.3|conflict|"),
            (4, "A1.3|error|EAGAIN "), (5, "A1.4|write|/c 1"), (6, "A1.4|conflict|"), (7, "A1.5|write|/c 1"),
            (8, "A1.5|commit|"),
        ]
        try finds(
            "log_conflicts", answers(lines),
            [
                "1|7|2026-11-25T21:00:00.006Z|A1|0|4|1|NULL|NULL|NULL",
                "1|4|2026-11-25T21:00:00.003Z|A1|0|3|2|/b|5|3",
            ])
        try findsNothing("log_conflicts", answers(busy))
    }

    @Test func watchesAreCountedByToken() throws {
        try finds(
            "log_watches", answers(busy),
            ["1|6|T|3|2|/local/domain/6/data/z|2", "1|6|U|1|1|/local/domain/6/data/q|1"])
        try findsNothing("log_watches")
    }

    @Test func aHandshakeHasTheTimeOfEachStep() throws {
        let front = "/local/domain/5/device/vif/0", back = "/local/domain/0/backend/vif/5/0"
        let lines = [
            (0, "A1|write|\(front)/backend \(back)"), (100, "A1|write|\(back)/state 1"),
            (150, "A1|write|\(back)/state 2"), (1000, "D5|write|device/vif/0/state 4"),
            (1250, "A1|write|\(back)/state 4"),
        ]
        try finds(
            "log_handshake", answers(lines), ["path": front],
            [
                "1|2|2026-11-25T21:00:00.100Z|backend|0|A1|1|initialising|NULL|ok",
                "1|3|2026-11-25T21:00:00.150Z|backend|0|A1|2|waits for the frontend|0.05|ok",
                "1|4|2026-11-25T21:00:01.000Z|frontend|5|D5|4|connected|0.85|NULL",
                "1|5|2026-11-25T21:00:01.250Z|backend|0|A1|4|connected|0.25|NULL",
            ])
        try finds(
            "log_handshake", answers(lines), ["path": front, "top": "1", "until": "2026-11-25T21:00:00Z"],
            ["1|3|2026-11-25T21:00:00.150Z|backend|0|A1|2|waits for the frontend|NULL|ok"])
        try findsNothing("log_handshake", answers(lines), ["path": "/local/domain/6/device/vif/0"])
    }

    @Test func theMinuteBeforeAChangeEndsWithTheChange() throws {
        let lines = [
            (0, "D5|write|/early 1"), (100_000, "D5|write|/cause 1"), (150_000, "D6|w event|/cause T "),
            (155_000, "D5|write|/a 1"), (156_000, "D5|write|/late 1"),
        ]
        try finds(
            "log_before", answers(lines), ["path": "/a"],
            [
                "1|2|2026-11-25T21:01:40.000Z|D5|5|0|write|/cause|1|ok",
                "1|3|2026-11-25T21:02:30.000Z|D6|6|0|w event|/cause|NULL|NULL",
                "1|4|2026-11-25T21:02:35.000Z|D5|5|0|write|/a|1|ok",
            ])
        #expect(try answers(lines).rows("log_before", ["path": "/a", "seconds": "5"]).count == 2)
        #expect(try answers(lines).rows("log_before", ["path": "/a", "seconds": "1000"]).count == 4)
        try findsNothing("log_before", answers(lines), ["path": "/b"])
    }

    @Test func pathsOfTwoWritersAreShared() throws {
        try finds("log_shared", answers(busy), ["1|/local/domain/5/data/x|2|5,6|3|5"])
        try findsNothing("log_shared")
    }

    @Test func aDomainsLifeIsInOrder() throws {
        let lines = [
            (0, "D5|newconn|"), (1, "A1|introduce|5 1044476 1 "), (2, "D5|write|data/x 1"), (3, "D5|endconn|"),
            (4, "A1|release|5 "), (5, "A1|release|6 "),
        ]
        try finds(
            "log_domain", answers(lines), ["domid": "5"],
            [
                "1|1|2026-11-25T21:00:00.000Z|newconn|D5|NULL|NULL|NULL",
                "1|2|2026-11-25T21:00:00.001Z|introduce|A1|0|5 1044476 1|ok",
                "1|4|2026-11-25T21:00:00.003Z|endconn|D5|NULL|NULL|NULL",
                "1|5|2026-11-25T21:00:00.004Z|release|A1|0|5|NULL",
            ])
        try findsNothing("log_domain", answers(lines), ["domid": "7"])
    }

    // MARK: Images beside logs

    /// An image of 21:00:10 with three nodes.
    private func image(_ answers: QueryAnswers, _ time: String? = "2026-11-25T21:00:10Z") throws -> String {
        try answers.store([node("/a", "1"), node("/a/b", "2"), node("/c", "")], at: time)
    }

    @Test func theLastWriteBeforeAnImageIsToBlame() throws {
        let lines = [
            (0, "D5|write|/a 1"), (1000, "D5|write|/a/b 1"), (2000, "D6|write|/a/b 2"), (3000, "D6|write|/a/b 3"),
            (3000, "D6|error|EACCES "), (4000, "D7.3|write|/a/b 4"), (4100, "D7.3|conflict|"),
            (20_000, "D8|write|/a 9"), (21_000, "D5|newconn|"),
        ]
        let answers = try answers(lines)
        let image = try image(answers)
        try finds(
            "log_blame", answers, ["image_id": image],
            [
                "/a|1|5|D5|2026-11-25T21:00:00.000Z|1|1|certain|NULL|value|write",
                "/a/b|2|6|D6|2026-11-25T21:00:02.000Z|1|3|certain|NULL|value|write",
                "/c||NULL|NULL|NULL|NULL|NULL|unknown|no write of it in the log before the image|value|NULL",
            ])
        #expect(try answers.rows("log_blame", ["image_id": image, "path": "/a"]).count == 2)
        try findsNothing("log_blame", answers, ["image_id": image, "path": "/b"])
    }

    @Test func whatIsNotCertainHasAReason() throws {
        func reason(_ lines: [(Int, String)], _ time: String? = "2026-11-25T21:00:10Z") throws -> String {
            let answers = try answers(lines)
            let rows = try answers.rows("log_blame", ["image_id": image(answers, time), "path": "/a"])
            return rows.first?.split(separator: "|").dropLast(2).suffix(2).joined(separator: ": ") ?? ""
        }
        let end = (20_000, "D5|newconn|")
        #expect(try reason([(0, "D5|write|/a 1"), (1, "D5|write|/x 1")]) == "likely: the log ends before the image")
        #expect(
            try reason([(0, "D5|write|/a 1"), (1, "D6|newconn|"), (20_000, "D6|endconn|")])
                == "likely: the log does not show that the write succeeded")
        #expect(
            try reason([(0, "D5|write|/a 1"), (1, "D5|write|/x 1"), end], nil)
                == "likely: the time of the capture is not known")
        #expect(
            try reason([(0, "D5.7|write|/a 1"), (1, "D5|write|/x 1"), end])
                == "likely: the log does not show that its transaction was committed")
        #expect(
            try reason([(0, "D5|write|/a 1"), (1, "D5|error|EACCES "), end])
                == "likely: the log does not show whether the error after it is its own")
        #expect(
            try reason([(0, "D5|write|/a 2"), (1, "D5|write|/x 1"), end])
                == "unknown: the last write in the log has another value")
    }

    @Test func aPathHasImagesAndEventsOnOneLineOfTime() throws {
        let lines = [
            (0, "D5|write|/a/b 1"), (5000, "D5|rm|/a "), (6000, "D6|write|/a/b 2"), (20_000, "D6|write|/a/b 3"),
            (20_000, "D6|error|EACCES "),
        ]
        let answers = try answers(lines)
        let image = try image(answers)
        try finds(
            "log_path", answers, ["path": "/a/b"],
            [
                "2026-11-25T21:00:00.000Z|event|log:1, 1|5|D5|write|/a/b|1|NULL|ok|1|0|NULL|\(image)",
                "2026-11-25T21:00:05.000Z|event|log:1, 2|5|D5|rm|/a|NULL|NULL|NULL|NULL|0|NULL|\(image)",
                "2026-11-25T21:00:06.000Z|event|log:1, 3|6|D6|write|/a/b|2|NULL|ok|1|0|NULL|\(image)",
                "2026-11-25T21:00:10Z|image|@\(image)|NULL|NULL|NULL|/a/b|2|n0|NULL|NULL|NULL|NULL|\(image)",
                "2026-11-25T21:00:20.000Z|event|log:1, 4|6|D6|write|/a/b|3|NULL|EACCES|NULL|0|NULL|NULL",
            ])
        try findsNothing("log_path", answers, ["path": "/none"])
        try findsNothing("log_path", answers, ["path": "/a/b", "series": "other"])
    }

    // MARK: All of them

    private let queries = NamedQuery.all.filter { $0.header.needs.contains(.log) }

    @Test func theySayThatTheArchiveHasNoLog() throws {
        #expect(queries.count == 12)
        let empty = try QueryAnswers()
        for query in queries {
            #expect(try query.inapplicability(empty.archive)?.hasPrefix("not applicable: needs a log") == true)
            #expect(try query.inapplicability(answers(busy).archive) == nil)
        }
    }

    @Test func theySayWhatALogLacks() throws {
        let query = try #require(queries.first)
        let answers = try answers(busy)
        #expect(
            try query.logLimitations(answers.archive, parameters: [:])
                == ["log:1 has only a part: requests that only read are not in it"])
        try answers.addLog([(0, "A1|read|/a ")], series: "other")
        #expect(try query.logLimitations(answers.archive, parameters: ["log": "2"]) == [])
    }

    /// Another log of the archive is left out where one is named.
    @Test func eachOfThemCanBeLimitedToALog() throws {
        for query in queries where query.parameters.contains(where: { $0.name == "log" }) {
            let answers = try answers(busy)
            try answers.addLog(
                busy.map { ($0.0, $0.1.split(separator: "5").joined(separator: "7")) }, series: "other")
            var parameters = ["log": "1"]
            for parameter in query.parameters where parameter.isRequired {
                parameters[parameter.name] = parameter.name == "domid" ? "7" : "/local/domain/7/data/x"
            }
            let rows = try answers.rows(query.name, parameters)
            #expect(rows.allSatisfy { $0.hasPrefix("1|") }, "\(query.name): \(rows)")
        }
    }
}
