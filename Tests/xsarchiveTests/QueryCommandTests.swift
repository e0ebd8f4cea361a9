import TestSupport
import Testing

@Suite struct QueryCommandTests {
    /// The names of queries/, so that a query that is not listed or not tried is noticed.
    static let names = Files.list(Fixtures.root + "/queries").map { String($0.dropLast(".sql".count)) }

    /// Those about images; `LogsCommandTests` tries those about logs.
    static let namesOfImageQueries = names.filter { !$0.hasPrefix("log_") }

    /// The query's required parameters, with values that find something.
    private func parameters(_ name: String) -> [String] {
        switch name {
        case "path_history", "first_last_seen": ["-P", "path=/local/domain/0/name"]
        case "growth", "live_update_loss": ["-P", "before_id=@3", "-P", "after_id=@4"]
        case "domain_log", "access": ["-P", "domid=3"]
        case "guest_log": ["-P", "uuid=44f758cd-0aeb-44f9-a712-489050fe3281"]
        default: []
        }
    }

    /// The queries that look at several images.
    private static let ofSeveral: Set = [
        "path_history", "first_last_seen", "growth", "live_update_loss", "domain_log", "domid_reuse", "flapping",
        "guest_log",
    ]

    @Test func everyQueryIsListed() throws {
        let rows = try JSONText.lines(Workplace().run("query", "--format", "jsonl"))
        #expect(rows.compactMap { $0["name"] as? String }.sorted() == Self.names)
        #expect(
            rows.allSatisfy { ($0["title"] as? String)?.isEmpty == false && ($0["group"] as? String)?.isEmpty == false }
        )
        let text = Workplace().run("query")
        expectDone(text)
        // Each group has a heading with its question, and an empty line separates the groups.
        let groups = Set(rows.compactMap { $0["group"] as? String })
        #expect(text.lines.count == Self.names.count + 2 * groups.count - 1)
        #expect(text.lines.first == "access: who may read or write what")
    }

    /// Another program runs the queries by what this says, and guesses nothing.
    @Test func aProgramGetsTheSQLParametersAndTypedColumnsOfAllQueriesAndViews() throws {
        let text = Workplace().run("query", "--list", "--format", "json")
        expectDone(text)
        let catalog = try #require(JSONText.lines(text).first)
        let queries = try #require(catalog["queries"] as? [[String: Any]])
        #expect(queries.compactMap { $0["name"] as? String } == Self.names)
        for query in queries {
            let name = try #require(query["name"] as? String)
            let file = Files.read("\(Fixtures.root)/queries/\(name).sql")
            #expect((query["sql"] as? String).map { Array($0.utf8) } == file, "\(name)")
        }
        let growth = try #require(queries.first { $0["name"] as? String == "growth" })
        let parameters = try #require(growth["parameters"] as? [[String: Any]])
        #expect(parameters.compactMap { $0["name"] as? String } == ["before_id", "after_id"])
        #expect(parameters.allSatisfy { $0["type"] as? String == "integer" && $0["optional"] as? Bool == false })
        let columns = try #require(growth["columns"] as? [[String: String]])
        #expect(columns.map { $0["name"] } == ["kind", "name", "nodes", "bytes"])
        #expect(columns.map { $0["type"] } == ["text", "octets", "integer", "integer"])
        let views = try #require(catalog["views"] as? [[String: Any]])
        let watches = try #require(views.first { $0["name"] as? String == "watches" })
        #expect((watches["columns"] as? [[String: String]])?.compactMap { $0["type"] }.contains("octets") == true)
    }

    @Test func aListOfAllQueriesTakesNoName() {
        expectFailure(
            Workplace().run("query", "domains", "--list"), 64,
            "--list covers all queries; leave out domains; see 'xsarchive help query'")
    }

    @Test func aSearchFindsQueriesByWhatTheyAreAbout() {
        let write = Workplace().run("query", "--search", "write")
        expectDone(write)
        #expect(write.text.contains("  cross_write ") && write.text.contains("  write_outside_home "))
        #expect(!write.text.contains("deep_paths"))
        // All words must match; keywords and columns count, in any case.
        #expect(Workplace().run("query", "--search", "Other Guest write").text.contains("  cross_write "))
        #expect(Workplace().run("query", "--search", "backend_state").text.contains("  device_state "))
        expectFailure(
            Workplace().run("query", "--search", "zzz"), 64, "no query is about 'zzz'; 'xsarchive query' lists them")
        expectUsage(Workplace().run("query", "domains", "--search", "x"), "leave out the rest")
    }

    @Test(arguments: namesOfImageQueries, ["text", "json", "jsonl", "csv"]) func everyQueryRuns(
        _ name: String, _ format: String
    ) throws {
        let image = Self.ofSeveral.contains(name) ? [] : ["-i", "@2"]
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
        #expect(place.run("query", name, "--help").output == outcome.output)
        #expect(place.run("query", "-h", name).text.hasPrefix("OVERVIEW: "))
    }

    /// The same file, unchanged, in SQLite's own shell.
    @Test(arguments: namesOfImageQueries) func everyQueryRunsInTheSQLiteShell(_ name: String) throws {
        let place = Workplace.withSharedImages()
        var settings = [".headers on", ".mode csv", ".param init"]
        if !Self.ofSeveral.contains(name) { settings.append(".param set :image_id 2") }
        for pair in parameters(name) where pair != "-P" {
            let parts = pair.split(separator: "=")
            settings.append(".param set :\(parts[0]) " + (parts[1].hasPrefix("@") ? parts[1].dropFirst() : parts[1]))
        }
        let script = (settings + [".read \(Fixtures.root)/queries/\(name).sql", ""]).joined(separator: "\n")
        place.write(Array(script.utf8), "script")
        let shell = place.shell("sqlite3 -batch xsarchive.db < script")
        expectDone(shell)
        let image = Self.ofSeveral.contains(name) ? [] : ["-i", "@2"]
        let ours = place.run(["query", name, "--format", "json"] + image + parameters(name))
        let rows = try JSONText.array(ours.text)
        if rows.isEmpty { #expect(shell.text.isEmpty) } else { #expect(shell.lines.count >= rows.count + 1) }
    }

    @Test func aQueryThatNeedsTheWholeHostSaysThatAPartIsNotEnough() throws {
        let place = Workplace()
        var part = HandmadeStream(nodes: [("/local/domain/7", ""), ("/local/domain/7/name", "moved")])
        part.owner = 9
        part.ring = 7
        place.write(try part.bytes(), "part")
        part.ring = 0
        place.write(try part.bytes(), "whole")
        let whole = place.run("query", "dead_owner", "-i", "whole", "--format", "csv")
        expectDone(whole)
        #expect(whole.lines.count == 3)
        let outcome = place.run("query", "dead_owner", "-i", "part", "--format", "csv")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.text == "owner,path,value,perms,known\r\n")
        #expect(
            outcome.errorText
                == "xsarchive: dead_owner: not applicable: the image holds only part of a host (it has no ring "
                + "connection of domain 0)\n"
        )
    }

    @Test func imagesAreNamedInParameters() throws {
        let outcome = SharedArchive.run(
            "query", "growth", "-P", "before_id=@3", "-P", "after_id=@xen-4.17-seq-2.bin", "--format", "jsonl")
        expectDone(outcome)
        #expect(try !JSONText.lines(outcome).isEmpty)
        expectFailure(
            SharedArchive.run("query", "growth", "-P", "before_id=@99", "-P", "after_id=@1"), 2,
            containing: ["no image @99"])
    }

    @Test(arguments: namesOfImageQueries.filter { !ofSeveral.contains($0) }) func aFileNeedsNoArchive(_ name: String) {
        let place = Workplace()
        let outcome = place.run(["query", name, "-i", Fixtures.path("xen-4.17-small.bin")] + parameters(name))
        expectDone(outcome)
        expectBytes(outcome.output, SharedArchive.run(["query", name, "-i", "@2"] + parameters(name)).output)
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
        let values = try JSONText.lines(outcome).filter { [3, 4].contains($0["image_id"] as? Int) }.map {
            $0["value"] as? String
        }
        #expect(values == ["1048577", "2097152"])
    }

    @Test func wrongParametersAreWrongUsage() {
        expectFailure(SharedArchive.run("query", "nope"), 64, "there is no query nope; 'xsarchive query' lists them")
        expectFailure(
            SharedArchive.run("query", "path_history"), 64, "query path_history requires path; give it with -P path=..."
        )
        expectFailure(
            SharedArchive.run("query", "path_history", "-P", "x=1"), 64,
            "query path_history has no parameter x; it takes path, series")
        expectFailure(
            SharedArchive.run("query", "dead_owner", "-P", "path=/"), 64,
            "query dead_owner has no parameter path; it takes image_id")
        expectFailure(SharedArchive.run("query", "path_history", "-P", "path"), 64, "-P path: must be key=value")
        expectFailure(SharedArchive.run("query", "path_history", "-P", "=x"), 64, "-P =x: must be key=value")
        expectFailure(
            SharedArchive.run("query", "path_history", "-i", "@1", "-P", "path=/"), 64,
            "query path_history reads all images; leave out -i")
        expectUsage(SharedArchive.run("query", "dead_owner", "--format", "yaml"), "The value 'yaml' is invalid")
        for value in ["-1", "70000"] {
            expectFailure(
                SharedArchive.run("query", "domain_log", "-P", "domid=\(value)"), 64,
                "query domain_log: '\(value)' is not a domid; give a number from 0 to 65535")
        }
        for (parameter, form) in [
            ("image_id=x", "image_id must be an image, e.g. image_id=@latest"),
            ("least=x", "least must be an integer, e.g. least=3"),
        ] {
            expectFailure(
                SharedArchive.run("query", "deep_paths", "-P", parameter), 64,
                "query deep_paths: 'x' is not valid; \(form)")
        }
    }
}
