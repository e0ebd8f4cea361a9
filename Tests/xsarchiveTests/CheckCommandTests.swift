import TestSupport
import Testing

@Suite struct CheckCommandTests {
    @Test func anImageWithoutFindingsIsFine() {
        let outcome = Workplace().run("check", Fixtures.path("xen-4.17-tiny.bin"))
        expectDone(outcome)
        #expect(outcome.lines.count == 2)
        // The reply to the live update itself has not been read.
        #expect(
            outcome.lines[0].hasSuffix(
                "xen-4.17-tiny.bin: nothing found; 1 lower-severity finding hidden, shown by --severity info"))
        #expect(outcome.lines[1] == "  restore: a C xenstored would restore it unchanged")
    }

    @Test func findingsEndWithOne() throws {
        let path = Fixtures.path("xen-2026-08-depth-3.bin")
        let outcome = Workplace().run("check", path)
        #expect(outcome.ending == .exit(1))
        #expect(
            outcome.text.contains(
                "warning watch-without-depth: record 7, offset 360: "
                    + "WATCH_DATA_EXTENDED without its depth, as daemons write it"))
        #expect(outcome.text.contains("error restore-dies: record 7, offset 344: "))
        let rows = try JSONText.lines(Workplace().run("check", path, "--format", "jsonl"))
        #expect(rows.map { $0["rule"] as? String } == ["watch-without-depth", "restore-dies"])
        #expect(rows.map { $0["record"] as? Int } == [7, 7])
        #expect(rows.allSatisfy { $0["image"] as? String == path })
    }

    @Test func harmlessFindingsAreCountedAndShownWhereAsked() {
        let path = Fixtures.path("xen-4.17-odd.bin")
        let hidden = Workplace().run("check", path, "--severity", "error")
        #expect(hidden.ending == .exit(0))
        #expect(hidden.lines[0].hasSuffix("nothing found; 42 lower-severity findings hidden, shown by --severity info"))
        let all = Workplace().run("check", path, "--severity", "info")
        #expect(all.ending == .exit(1))
        #expect(all.text.contains("info not-utf8: record 57, offset 4952: the value of \"/high\" is not valid UTF-8"))
    }

    /// Every kind of finding that a real image has, each as one sentence.
    @Test func theCheckIsAsRecorded() throws {
        let place = Workplace()
        for (name, file) in [("small", "xen-4.17-small.bin"), ("seq-3", "xen-4.17-seq-3.bin")] {
            place.write(Fixtures.bytes(file), name)
            Golden.expect(place.run("check", name, "--severity", "info"), "check-\(name).txt")
        }
    }

    @Test func archivedImagesAreCheckedLikeFiles() {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path("xen-2026-08-depth-2.bin")))
        let archived = place.run("check", "@1")
        let file = place.run("check", Fixtures.path("xen-2026-08-depth-2.bin"))
        #expect(archived.ending == .exit(1))
        #expect(archived.lines.dropFirst() == file.lines.dropFirst())
    }

    @Test func aDamagedFileIsCheckedAsFarAsItCanBeRead() {
        let place = Workplace()
        place.write(Array(Fixtures.bytes("xen-4.17-small.bin")[..<5000]), "cut")
        let outcome = place.run("check", "cut")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.text.contains("error damaged-span: offset "))
        #expect(outcome.text.contains("error no-end: offset 5000: the file ends without END"))
    }

    @Test func aMissingFileIsTroubleAndTheOthersAreChecked() {
        let outcome = Workplace().run("check", "missing", Fixtures.path("xen-4.17-tiny.bin"))
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.text.contains("nothing found"))
        expectUsage(Workplace().run("check"), "Missing expected argument")
        expectUsage(Workplace().run("check", "a", "--severity", "fatal"), "fatal")
    }

    /// Domain 9 owns nodes and does not exist.
    private func leakingPlace(ring: UInt16 = 0, owner: UInt16 = 9) throws -> Workplace {
        let place = Workplace()
        var stream = HandmadeStream(nodes: [("/", ""), ("/leak", "x")])
        stream.owner = owner
        stream.ring = ring
        place.write(try stream.bytes(), "image one")
        return place
    }

    @Test func namedQueriesAreRules() throws {
        let place = try leakingPlace()
        let outcome = place.run("check", "image one", "--format", "jsonl")
        #expect(outcome.ending == .exit(1))
        let rows = try JSONText.lines(outcome).filter { $0["rule"] as? String == "dead_owner" }
        #expect(
            rows.map { $0["message"] as? String }
                == ["/", "/leak"].map { path in
                    "domain 9 owns \"\(path)\", but is not introduced (has no home)"
                })
        #expect(rows.allSatisfy { $0["severity"] as? String == "warning" })
        expectDone(place.run("import", "image one"))
        #expect(place.run("check", "@1").lines.dropFirst() == place.run("check", "image one").lines.dropFirst())
    }

    /// Xen 4.16.2 does not look for the domain of an owner, later versions do.
    @Test func theForecastIsForTheVersionThatIsAskedFor() throws {
        let place = try leakingPlace()
        func last(_ options: String...) -> String? {
            place.run(["check", "image one"] + options).lines.last
        }
        #expect(last() == "  restore: a C xenstored would die, and the host's store would be lost")
        #expect(
            last("--for", "4.17")
                == "  restore: the C xenstored of Xen 4.17 would die, and the host's store would be lost")
        #expect(
            last("--for", "4.16.2") == "  restore: the C xenstored of Xen 4.16.2 would restore it with changes")
        expectUsage(place.run("check", "image one", "--for", "4.14"), "4.14")
    }

    @Test func theStatusFollowsFailOn() throws {
        // A root owned by a domain without a connection would kill a daemon; domain 7's entry is a
        // warning.
        let place = try leakingPlace(owner: 0)
        #expect(place.run("check", "image one").ending == .exit(1))
        #expect(place.run("check", "image one", "--fail-on", "warning").ending == .exit(1))
        let lenient = place.run("check", "image one", "--fail-on", "error")
        #expect(lenient.ending == .exit(0), "\(lenient.text)")
        #expect(lenient.text.contains("warning dead_grantee: "))
        let tiny = Fixtures.path("xen-4.17-tiny.bin")
        #expect(place.run("check", tiny).ending == .exit(0))
        let strict = place.run("check", tiny, "--fail-on", "info")
        #expect(strict.ending == .exit(1))
        #expect(strict.text.contains("info pending_output: "))
        expectUsage(place.run("check", tiny, "--fail-on", "fatal"), "fatal")
    }

    @Test func aPartOfAHostIsNotAccused() throws {
        let place = try leakingPlace(ring: 7)
        let outcome = place.run("check", "image one", "--severity", "warning")
        #expect(!outcome.text.contains("dead_owner: "))
        #expect(
            outcome.lines.contains {
                $0.hasPrefix("  not applicable: the image holds only part of a host") && $0.contains("dead_owner")
            })
        let table = place.run("check", "image one", "--format", "csv")
        #expect(table.errorLines.contains { $0.contains("dead_owner: not applicable: ") })
        #expect(table.lines.allSatisfy { !$0.contains("not applicable") })
    }

    @Test func sarifNamesRulesPlacesAndPaths() throws {
        let place = try leakingPlace()
        let outcome = place.run("check", "image one", "--format", "sarif")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.errorText == "")
        let document = try JSONText.object(outcome.text)
        #expect(document["version"] as? String == "2.1.0")
        let run = try #require((document["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
        let rules = try #require(driver["rules"] as? [[String: Any]])
        #expect(Set(rules.compactMap { $0["id"] as? String }).count == rules.count)
        let results = try #require(run["results"] as? [[String: Any]])
        let leak = try #require(results.last { $0["ruleId"] as? String == "dead_owner" })
        #expect(leak["level"] as? String == "warning")
        #expect(rules[try #require(leak["ruleIndex"] as? Int)]["id"] as? String == "dead_owner")
        let location = try #require((leak["locations"] as? [[String: Any]])?.first)
        let physical = try #require(location["physicalLocation"] as? [String: [String: Any]])
        #expect(physical["artifactLocation"]?["uri"] as? String == "image%20one")
        #expect((location["logicalLocations"] as? [[String: Any]])?.first?["fullyQualifiedName"] as? String == "/leak")
        for result in results {
            #expect(rules[try #require(result["ruleIndex"] as? Int)]["id"] as? String == result["ruleId"] as? String)
        }
    }
}
