import TestSupport
import Testing

@Suite struct QueryCommandTests {
    /// The names of queries/, so that a query that is not listed or not tried is noticed.
    static let names = Files.list(Fixtures.root + "/queries").map { String($0.dropLast(".sql".count)) }

    /// What the query cannot do without, with a value that finds something.
    private func parameters(_ name: String) -> [String] {
        name == "path_history" ? ["-P", "path=/local/domain/0/name"] : []
    }

    @Test func everyQueryIsListed() throws {
        let rows = try JSONText.lines(Workplace().run("query", "--format", "jsonl"))
        #expect(rows.compactMap { $0["name"] as? String }.sorted() == Self.names)
        #expect(rows.allSatisfy { ($0["title"] as? String)?.isEmpty == false && ($0["group"] as? String)?.isEmpty == false })
        let text = Workplace().run("query")
        expectDone(text)
        #expect(text.lines.count == 1 + Self.names.count)
    }

    @Test(arguments: names, ["text", "json", "jsonl", "csv"]) func everyQueryRuns(_ name: String, _ format: String) throws {
        let image = name == "path_history" ? [] : ["-i", "@2"]
        let outcome = SharedArchive.run(["query", name, "--format", format] + image + parameters(name))
        expectDone(outcome)
        let columns = Workplace().run("query", name, "--explain").lines.first { $0.hasPrefix("Columns: ") }?
            .dropFirst("Columns: ".count).split(separator: ", ").map(String.init)
        switch format {
        case "text": #expect(outcome.lines[0].split(separator: " ").map(String.init) == columns)
        case "csv": #expect(outcome.lines[0] == columns?.joined(separator: ",").appending("\r"))
        case "json": #expect(try JSONText.array(outcome.text).allSatisfy { Set($0.keys) == Set(columns ?? []) })
        default: #expect(try JSONText.lines(outcome).allSatisfy { Set($0.keys) == Set(columns ?? []) })
        }
    }

    @Test(arguments: names) func everyQueryExplainsItself(_ name: String) {
        let place = Workplace()
        let outcome = place.run("query", name, "--explain")
        expectDone(outcome)
        #expect(outcome.lines.first?.hasPrefix("\(name): ") == true)
        #expect(outcome.lines.contains { $0.hasPrefix("Why: ") && $0.count > 20 })
        #expect(outcome.text.contains("SELECT"))
        #expect(place.names == [])
    }

    @Test(arguments: names.filter { $0 != "path_history" }) func aFileNeedsNoArchive(_ name: String) {
        let place = Workplace()
        let outcome = place.run("query", name, "-i", Fixtures.path("xen-4.17-small.bin"))
        expectDone(outcome)
        expectBytes(outcome.output, SharedArchive.run("query", name, "-i", "@2").output)
        #expect(place.names == [])
    }

    @Test func theNewestImageIsTheDefault() {
        let outcome = SharedArchive.run("query", "largest_owners")
        expectDone(outcome)
        #expect(outcome.lines.count > 1)
        expectBytes(outcome.output, SharedArchive.run("query", "largest_owners", "-i", "@6").output)
        #expect(outcome.output != SharedArchive.run("query", "largest_owners", "-i", "@1").output)
    }

    @Test func aPathIsFollowedThroughAllImages() throws {
        let outcome = SharedArchive.run(
            "query", "path_history", "-P", "path=/local/domain/3/memory/target", "--format", "jsonl")
        let values = try JSONText.lines(outcome).filter { [3, 4].contains($0["image_id"] as? Int) }.map { $0["value"] as? String }
        #expect(values == ["1048577", "2097152"])
    }

    @Test func wrongParametersAreWrongUsage() {
        expectFailure(SharedArchive.run("query", "nope"), 64, "no query is named nope; 'xsarchive query' lists them")
        expectFailure(
            SharedArchive.run("query", "path_history"), 64, "query path_history needs path; give it with -P path=...")
        expectFailure(
            SharedArchive.run("query", "path_history", "-P", "x=1"), 64,
            "query path_history has no parameter x; it has: path, series")
        expectFailure(
            SharedArchive.run("query", "dead_owner", "-P", "path=/"), 64,
            "query dead_owner has no parameter path; it has: image_id")
        expectFailure(SharedArchive.run("query", "path_history", "-P", "path"), 64, "-P path: write key=value")
        expectFailure(SharedArchive.run("query", "path_history", "-P", "=x"), 64, "-P =x: write key=value")
        expectFailure(
            SharedArchive.run("query", "path_history", "-i", "@1", "-P", "path=/"), 64,
            "query path_history looks at all images; leave out -i")
        expectUsage(SharedArchive.run("query", "dead_owner", "--format", "yaml"), "The value 'yaml' is invalid")
    }
}
