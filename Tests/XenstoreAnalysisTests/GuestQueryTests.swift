import Testing
import XenstoreAnalysis
import XenstoreStream

/// The query guest_log: a guest over a series, under all its domids.
@Suite struct GuestQueryTests {
    private func series(_ images: [[RecordBody]], _ name: String = "main") throws -> QueryAnswers {
        let answers = try QueryAnswers()
        for (index, bodies) in images.enumerated() {
            try answers.store(bodies, series: name, at: day(index + 1))
        }
        return answers
    }

    private func day(_ number: Int) -> String { "2026-01-0\(number)T00:00:00Z" }

    private func home(
        _ domid: Int, _ nodes: [String: String] = [:], uuid: String = "u", perms: String? = nil
    ) -> [RecordBody] {
        let own = ["": "", "/vm": "/vm/" + uuid, "/name": "web", "/domid": "\(domid)"].merging(nodes) { $1 }
        return own.sorted { $0.key < $1.key }.map {
            node("/local/domain/\(domid)\($0.key)", $0.value, perms ?? "n0,r\(domid)")
        }
    }

    /// The row without the name of the series, each date as its day, and without the mark that its
    /// times are those of captures.
    private func shortened(_ row: String) -> String {
        row.replacing("2026-01-0", with: "").replacing("T00:00:00Z", with: "").replacing("main|", with: "")
            .replacing("|capture", with: "")
    }

    private func rows(_ answers: QueryAnswers) throws -> [String] {
        try answers.rows("guest_log", ["uuid": "u"]).map(shortened)
    }

    private func finds(_ name: String, _ answers: QueryAnswers, uuid: String, _ rows: [String]) throws {
        #expect(!rows.isEmpty)
        #expect(try answers.rows(name, ["uuid": uuid]).map(shortened) == rows, "\(uuid)")
    }

    private func findsNothing(_ name: String, _ answers: QueryAnswers, _ parameters: [String: String]) throws {
        #expect(try answers.rows(name, parameters) == [], "\(parameters)")
    }

    @Test func aGuestIsFollowedThroughItsDomids() throws {
        let answers = try series([
            [node("/")], home(37), home(37) + home(38, uuid: "other"), home(38), home(38, ["/name": "new"]),
            [node("/")],
        ])
        let expected = [
            "guest|37|/local/domain/37|web|NULL|2|2|3|3|changed",
            "node|37|/local/domain/37/name|web|n0,r37|2|2|4|4|changed",
            "guest|38|/local/domain/38|web|NULL|4|4|5|5|removed",
            "node|38|/local/domain/38/name|new|n0,r38|5|5|5|5|removed",
        ]
        try finds("guest_log", answers, uuid: "u", expected)
        try finds("guest_log", answers, uuid: "/vm/u", expected)
        for uuid in ["U", "/vm/", "", "u/", "/vm//vm/u", "%", "*"] {
            try findsNothing("guest_log", answers, ["uuid": uuid])
        }
        try findsNothing("guest_log", answers, ["uuid": "u", "series": "other"])
    }

    @Test func whatDiffersOnlyByTheDomidIsTheSame() throws {
        func nodes(_ domid: Int) -> [String: String] {
            [
                "/device/backend": "/local/domain/0/backend/vif/\(domid)/\(domid)", "/up": "/local/domain/\(domid)",
                "/below": "/local/domain/\(domid)/x", "/driver": "/local/domain/5/backend/vbd/\(domid)",
            ]
        }
        for perms in ["n@,r0", "n0,r@,r@", "b@,w5,w@", "n0,r7:stale"] {
            func image(_ domid: Int) -> [RecordBody] {
                home(domid, nodes(domid), perms: perms.replacing("@", with: "\(domid)"))
            }
            // Devices have the number of the domain, too, so that one of the paths differs.
            #expect(
                try rows(try series([image(3), image(14)])) == [
                    "guest|3|/local/domain/3|web|NULL|1|1|1|1|changed",
                    "node|3|/local/domain/3/device/backend|/local/domain/0/backend/vif/3/3|"
                        + perms.replacing("@", with: "3") + "|1|1|1|1|changed",
                    "guest|14|/local/domain/14|web|NULL|2|2|2|2|now",
                    "node|14|/local/domain/14/device/backend|/local/domain/0/backend/vif/14/14|"
                        + perms.replacing("@", with: "14") + "|2|2|2|2|now",
                ], "\(perms)")
        }
    }

    @Test(arguments: [
        ("3", "14"), ("vif3", "vif14"), ("/local/domain/3", "/local/domain/3"),
        ("/local/domain/30", "/local/domain/140"),
        ("/local/domain/0/backend/vif/30", "/local/domain/0/backend/vif/140"), ("/libxl/3", "/libxl/14"),
        ("/local/domain/0/x/backend/vif/3", "/local/domain/0/x/backend/vif/14"), ("", "#"),
        ("/local/domain/3", ""), ("/x", "/local/domain/14/x"),
    ]) func otherValuesAreCompared(_ old: String, _ new: String) throws {
        let rows = try rows(try series([home(3, ["/data": old]), home(14, ["/data": new])]))
        #expect(rows.count == 4)
        #expect(rows.contains("node|3|/local/domain/3/data|\(old)|n0,r3|1|1|1|1|changed"), "\(rows)")
    }

    @Test(arguments: [("n0,r3", "n0,r3"), ("n0,r3", "n0"), ("n3", "n14,r3"), ("n0,r3:stale", "n0,r14:stale")])
    func otherPermissionsAreCompared(_ old: String, _ new: String) throws {
        let rows = try rows(try series([home(3, perms: old), home(14, perms: new)]))
        #expect(rows.count == 2 + 2 * 4)
    }

    @Test func aGuestThatWasAwayIsTheSameAfterwards() throws {
        let answers = try series([home(3, ["/a": "1"]), [node("/")], home(3, ["/a": "1"]), home(3)])
        #expect(
            try rows(answers) == [
                "guest|3|/local/domain/3|web|NULL|1|1|1|1|removed", "node|3|/local/domain/3/a|1|n0,r3|1|1|3|3|removed",
                "guest|3|/local/domain/3|web|NULL|3|3|4|4|now",
            ])
    }

    @Test func twoDomidsAtOnceFollowEachOther() throws {
        let answers = try series([
            home(3, ["/a": "1"]), home(3, ["/a": "1"]) + home(14, ["/a": "2"]),
            home(3, ["/a": "1"]) + home(14, ["/a": "2"]), home(14, ["/a": "2"]),
        ])
        #expect(
            try rows(answers) == [
                "guest|3|/local/domain/3|web|NULL|1|1|3|3|changed", "node|3|/local/domain/3/a|1|n0,r3|1|1|3|3|changed",
                "guest|14|/local/domain/14|web|NULL|2|2|4|4|now", "node|14|/local/domain/14/a|2|n0,r14|2|2|4|4|now",
            ])
    }

    @Test func seriesAreFollowedOneByOne() throws {
        let answers = try series([home(3)])
        try answers.store(home(14, ["/name": "moved"]), series: "other host", at: day(2))
        #expect(
            try rows(answers) == [
                "guest|3|/local/domain/3|web|NULL|1|1|1|1|now",
                "other host|guest|14|/local/domain/14|moved|NULL|2|2|2|2|now",
            ])
    }

    @Test func homesThatAreNoneAreLeftOut() throws {
        let odd = [
            node("/local/domain/x/vm", "/vm/u"), node("/local/domain/03/vm", "/vm/u"),
            node("/local/domain/vm", "/vm/u"),
            node("/local/domain/3/x/vm", "/vm/u"), node("/local/domain/-3/vm", "/vm/u"),
            node("/local/domain//vm", "/vm/u"),
            ring(1, of: 3), transaction(1, tx: 2), pendingNode(1, tx: 2, "/local/domain/3/vm", "/vm/u"),
        ]
        #expect(try rows(try series([odd])) == [])
        // A home that has its UUID twice, and one without a name.
        let twice = [node("/local/domain/3/vm", "/vm/u"), node("/local/domain/3/vm", "/vm/u")]
        #expect(try rows(try series([twice])) == ["guest|3|/local/domain/3|NULL|NULL|1|1|1|1|now"])
    }
}
