import Foundation
import TestSupport
import Testing
import XenstoreStream

/// `diff --domain` and `log --vm`: one guest under two domids.
@Suite struct DomainDiffCommandTests {
    private static let uuid = "44f758cd-0aeb-44f9-a712-489050fe3281"

    /// A host with guests, each with a home, a device and a watch.
    private func host(_ guests: (domid: UInt16, uuid: String, value: String)...) throws -> [UInt8] {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        func write(_ path: String, _ value: String, _ owner: UInt16, _ grantee: UInt16) throws {
            let perms = [
                Permission(perm: UInt8(ascii: "n"), domid: owner), Permission(perm: UInt8(ascii: "r"), domid: grantee),
            ]
            try writer.write(
                .node(NodeData(path: TerminatedString(path), value: Octets(value.utf8), perms: perms)))
        }
        try writer.write(.connection(ConnectionData(connID: 1, ringOf: 0, evtchn: 5)))
        for guest in guests {
            try writer.write(
                .connection(ConnectionData(connID: 100 + UInt32(guest.domid), ringOf: guest.domid, evtchn: 9)))
        }
        for guest in guests {
            let home = "/local/domain/\(guest.domid)"
            try writer.write(
                .watch(
                    WatchData(
                        connID: 1, wpath: TerminatedString(home + "/device/vif/0/state"), token: TerminatedString("fe"))
                ))
        }
        try write("/", "", 0, 0)
        for guest in guests {
            let (home, domid) = ("/local/domain/\(guest.domid)", guest.domid)
            try write(home, "", 0, domid)
            try write(home + "/vm", "/vm/" + guest.uuid, 0, domid)
            try write(home + "/name", "web01", 0, domid)
            try write(home + "/data/os", guest.value, domid, 0)
            try write("/local/domain/0/backend/vif/\(domid)/0/frontend-id", "\(domid)", 0, domid)
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }

    private func place(_ old: [UInt8], _ new: [UInt8]) -> Workplace {
        let place = Workplace()
        place.write(old, "a")
        place.write(new, "b")
        return place
    }

    private func rebooted() throws -> Workplace {
        place(try host((37, Self.uuid, "linux")), try host((38, Self.uuid, "bsd")))
    }

    private let note = "xsarchive: domain 37 of a is compared with domain 38 of b: both have the UUID \(uuid)\n"

    @Test func aRebootedGuestIsComparedUnderBothDomids() throws {
        let place = try rebooted()
        let outcome = place.run("diff", "a", "b", "--domain", "37=38")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.errorText == "")
        let text = """
            --- a
            +++ b
            domain 37 of the older image as domain 38 of the newer one

            Nodes
            ~ /local/domain/{37 → 38}/data/os: "linux" → "bsd"

            1 node changed

            """
        #expect(outcome.text == text)
        let found = place.run("diff", "a", "b", "--domain", "37")
        #expect(found.text == text)
        #expect(found.errorText == note)
        #expect(place.run("diff", "a", "b", "--domain", "38").output == found.output)
        #expect(place.run("diff", "a", "b", "--domain", "38").errorText == note)
        #expect(
            place.run("diff", "a", "b", "--domain", "37", "--by", "domain").lines.contains(
                "Domain 38 web01 (37 in the older image)"))
        expectDone(place.run("diff", "a", "b", "--domain", "37=38", "--path", "/local/domain/0/*").withoutErrors)
        #expect(
            place.run("diff", "a", "b", "--domain", "37=38", "--path", "/local/domain/37/*").output == outcome.output)
        let same = self.place(try host((37, Self.uuid, "x")), try host((38, Self.uuid, "x"))).run(
            "diff", "a", "b", "--domain", "37")
        #expect(same.ending == .exit(0))
        #expect(same.output.isEmpty)
        #expect(same.errorText == note)
    }

    @Test func otherFormsNameBothDomids() throws {
        let place = try rebooted()
        let names = place.run("diff", "a", "b", "--domain", "37=38", "--name-status")
        #expect(names.text == "M\tnode\t/local/domain/38/data/os\t/local/domain/37/data/os\n")
        let stat = place.run("diff", "a", "b", "--domain", "37=38", "--stat", "--format", "csv")
        #expect(stat.text == "kind,added,removed,changed,perms_only\r\nnode,0,0,1,0\r\n")
        let quiet = place.run("diff", "a", "b", "--domain", "37", "--quiet")
        #expect(quiet.ending == .exit(1))
        #expect(quiet.output.isEmpty && quiet.errors.isEmpty)
        let outcome = place.run("diff", "a", "b", "--domain", "37", "--format", "jsonl")
        #expect(outcome.errorText == note)
        let change = try #require(try JSONText.lines(outcome).first)
        #expect(change["path"] as? String == "/local/domain/38/data/os")
        #expect(change["old_path"] as? String == "/local/domain/37/data/os")
        #expect(change["paired"] as? [String: Int] == ["old": 37, "new": 38])
        #expect(change["old"] as? [String: String] == ["value": "linux", "perms": "n37,r0"])
        #expect(change["new"] as? [String: String] == ["value": "bsd", "perms": "n38,r0"])
        let array = place.run("diff", "a", "b", "--domain", "37", "--format", "json")
        #expect(try JSONText.array(array.text) as NSArray == JSONText.lines(outcome) as NSArray)
    }

    @Test func archivedImagesCompareAsFilesDo() throws {
        let place = try rebooted()
        expectDone(place.run("import", "a", "b"))
        let files = place.run("diff", "a", "b", "--domain", "37", "--format", "jsonl")
        expectBytes(place.run("diff", "@1", "@2", "--domain", "37", "--format", "jsonl").output, files.output)
        expectBytes(place.run("diff", "@1", "b", "--domain", "37=38", "--format", "jsonl").output, files.output)
        expectBytes(place.run("diff", "@1", "@2", "--domain", "37=38", "--format", "jsonl").output, files.output)
        #expect(
            place.run("diff", "@1", "@2", "--domain", "37").errorText
                == "xsarchive: domain 37 of @1 a is compared with domain 38 of @2 b: both have the UUID \(Self.uuid)\n")
    }

    @Test func aDomidAloneRestrictsTheDiff() throws {
        let place = place(
            try host((3, "one", "1"), (4, "two", "1")), try host((3, "one", "2"), (4, "two", "2"), (5, "three", "2")))
        let outcome = place.run("diff", "a", "b", "--domain", "3", "--name-status")
        #expect(outcome.text == "M\tnode\t/local/domain/3/data/os\n")
        #expect(outcome.errorText == "")
        let both = place.run("diff", "a", "b", "--domain", "3", "--domain", "4", "--name-status")
        #expect(both.text == "M\tnode\t/local/domain/3/data/os\nM\tnode\t/local/domain/4/data/os\n")
        let json = place.run("diff", "a", "b", "--domain", "3", "--format", "jsonl")
        #expect(try JSONText.lines(json).first?["paired"] == nil)
        let added = place.run("diff", "a", "b", "--domain", "5", "--stat", "--format", "csv")
        #expect(added.lines.dropFirst() == ["connection,1,0,0,\r", "watch,1,0,0,\r", "node,5,0,0,0\r"])
        #expect(added.errorText == "")
    }

    @Test func uuidsThatDecideNothingAreReported() throws {
        let gone = place(try host((37, Self.uuid, "x")), try host((37, "another", "x")))
        let missing = gone.run("diff", "a", "b", "--domain", "37")
        #expect(missing.ending == .exit(1))
        #expect(
            missing.errorText
                == "xsarchive: domain 37 of a: no domain of b has its UUID \(Self.uuid); compared by domid\n")
        #expect(missing.text.contains("~ /local/domain/37/vm: "))
        #expect(
            gone.run("diff", "a", "b", "--domain", "37=37").errorText
                == "xsarchive: domain 37 of a and domain 37 of b have different UUIDs\n")
        let twice = place(
            try host((37, Self.uuid, "x")), try host((38, Self.uuid, "x"), (39, Self.uuid, "x"))
        ).run("diff", "a", "b", "--domain", "37", "--stat", "--format", "csv")
        #expect(
            twice.errorText
                == "xsarchive: domain 37 of a: domains 38 and 39 of b have its UUID \(Self.uuid); compared by domid, "
                + "--domain 37=38 chooses one\n")
        #expect(twice.lines.dropFirst() == ["connection,0,1,0,\r", "watch,0,1,0,\r", "node,0,5,0,0\r"])
    }

    @Test func aDomainThatIsNotThereIsAnError() throws {
        let place = try rebooted()
        expectFailure(
            place.run("diff", "a", "b", "--domain", "37=40"), 2,
            "domain 40: not found in b; the domain with this UUID is 38")
        expectFailure(
            place.run("diff", "a", "b", "--domain", "36=38"), 2,
            "domain 36: not found in a; the domain with this UUID is 37")
        expectFailure(
            place.run("diff", "a", "b", "--domain", "36=40"), 2,
            "domain 36: not found in a; 'xsarchive domains' lists its domains")
        expectFailure(
            place.run("diff", "a", "b", "--domain", "5"), 2,
            "domain 5: not found in a, and not in b; 'xsarchive domains' lists an image's domains")
        expectFailure(
            place.run("diff", "a", "b", "--domain", "37=38", "--domain", "0=38"), 64,
            "domain 0 of a cannot be domain 38 of b: domain 37 is compared with domain 38")
    }

    @Test(arguments: [
        "37=", "=38", "70000=1", "1=70000", "=", "37=38=39", "x", "-1", "+3", "3 ", "37:38", "65536", "３",
    ])
    func whatIsNoDomainIsWrongUsage(_ text: String) throws {
        expectUsage(
            try rebooted().run("diff", "a", "b", "--domain=\(text)"),
            "'\(text)' is not a domain; use a domid from 0 to 65535, e.g. 37, or the older and the newer one, "
                + "e.g. 37=38"
        )
    }

    @Test func secretsOfAPairedGuestAreRedacted() throws {
        let place = place(try host((37, Self.uuid, "old secret")), try host((38, Self.uuid, "new secret")))
        for domid in [37, 38] {
            place.write(Array("/local/domain/\(domid)/data/os\n".utf8), "patterns")
            for format in ["text", "jsonl"] {
                let outcome = place.run(
                    "diff", "a", "b", "--domain", "37=38", "--redact", "--redact-list", "patterns", "--format", format)
                #expect(outcome.ending == .exit(1))
                #expect(outcome.text.contains("redacted, 10 bytes") && !outcome.text.contains("secret"))
            }
        }
    }

    // MARK: log --vm

    private func series() throws -> Workplace {
        let place = Workplace()
        let images = [
            try host((37, Self.uuid, "1")), try host((37, Self.uuid, "2")), try host((38, Self.uuid, "2")),
            try host((5, "other", "2")),
        ]
        for (index, image) in images.enumerated() {
            place.write(image, "image\(index)")
            expectDone(
                place.run("import", "--series", "h", "--captured-at", "2026-01-0\(index + 1)", "image\(index)"))
        }
        return place
    }

    @Test func aGuestIsFollowedByItsUUID() throws {
        let place = try series()
        let rows = try JSONText.lines(place.run("log", "--vm", Self.uuid, "--format", "jsonl"))
        #expect(rows.map { $0["what"] as? String } == ["guest", "node", "node", "guest"])
        #expect(rows.map { $0["domid"] as? Int } == [37, 37, 37, 38])
        #expect(rows.map { $0["value"] as? String } == ["web01", "1", "2", "web01"])
        #expect(rows.map { $0["until"] as? String } == ["changed", "changed", "removed", "removed"])
        #expect(rows.map { $0["last_image_id"] as? Int } == [2, 1, 3, 3])
        for format in ["text", "csv", "json", "jsonl"] {
            let outcome = place.run("log", "--vm", "/vm/" + Self.uuid, "--series", "h", "--format", format)
            expectDone(outcome)
            expectBytes(outcome.output, place.run("log", "--vm", Self.uuid, "--format", format).output)
        }
    }

    @Test func aGuestThatIsNotFoundIsAnError() throws {
        let place = try series()
        func failure(_ arguments: String..., message: String) {
            expectFailure(place.run(["log"] + arguments + ["--format", "json"]).withoutOutput, 2, message)
        }
        failure(
            "--vm", "nope",
            message: "guest nope: not found in any image; 'xsarchive domains' shows the UUIDs of an image")
        failure(
            "--vm", Self.uuid, "--series", "other",
            message: "xsarchive.db: no series other; 'xsarchive images' lists the series")
        for vm in ["", "/vm/", "/vm/a/b", "a/b", "/local/domain/3"] {
            expectUsage(place.run("log", "--vm", vm), "'\(vm)' is not a UUID; 'xsarchive domains' shows each domain's")
        }
        expectUsage(place.run("log", "--vm", "a", "--domain", "3"), "give one of a path, --domain or --vm")
        expectUsage(place.run("log", "--vm", "a", "/local"), "give one of a path, --domain or --vm")
    }
}

extension Outcome {
    fileprivate var withoutErrors: Outcome {
        Outcome(ending: ending, output: output, errors: [])
    }
}
