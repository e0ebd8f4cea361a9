import TestSupport
import Testing

/// An option that is given twice adds up or is refused; no value is dropped.
@Suite struct RepeatedOptionTests {
    /// An option that takes a value, as the program describes itself.
    struct Option: CustomTestStringConvertible, Sendable {
        let command: String
        /// With their dashes.
        let names: [String]
        let addsUp: Bool
        /// A value that the parser accepts.
        let value: String
        /// What else the command needs.
        let needs: [String]

        var testDescription: String { "\(command) \(names.joined(separator: "/"))" }
    }

    /// Values of options whose description does not have one.
    private static let values = [
        "--wait": "1", "--timeout": "1", "--domain": "1", "--max-size": "1M", "--root": "/x",
        "--captured-at": "2026-08-01", "--vm": "x", "--for": "4.17", "--rate": "1", "--subtree": "/x",
        "--xen": "4.17", "--interval": "1s", "--sweep": "1h", "--every": "1s", "--keep-last": "1", "--keep-hourly": "1",
        "--keep-daily": "1", "--keep-weekly": "1", "--keep-within": "1d", "--time-zone": "Z",
    ]

    /// What a command needs in addition to its operands.
    private static let needs = [
        "access": ["--domain", "1"], "build": ["-o", "x"], "log": ["/x"], "rebuild": ["-o", "x"],
        "record": ["--series", "x"], "watch": ["--series", "x"], "prune": ["--keep-last", "1"],
    ]

    private static func all() throws -> [Option] {
        let tool = try JSONText.object(Workplace().run("--experimental-dump-help").text)
        let commands = (tool["command"] as? [String: Any])?["subcommands"] as? [[String: Any]] ?? []
        return commands.flatMap { command -> [Option] in
            let name = command["commandName"] as? String ?? ""
            let arguments = command["arguments"] as? [[String: Any]] ?? []
            return arguments.compactMap { argument in
                guard argument["kind"] as? String == "option" else { return nil }
                let names = (argument["names"] as? [[String: String]] ?? []).map {
                    ($0["kind"] == "long" ? "--" : "-") + ($0["name"] ?? "")
                }
                let listed = argument["allValues"] as? [String]
                let value = listed?.first ?? names.compactMap { values[$0] }.first ?? "x"
                let operands = arguments.filter {
                    $0["kind"] as? String == "positional" && $0["isOptional"] as? Bool == false
                }
                var needs = operands.map { _ in "x" }
                let needed = Self.needs[name] ?? []
                let replaces = names.contains(needed.first ?? "") || names == ["--domain"] || names == ["--vm"]
                if !replaces { needs += needed }
                if names.contains(where: { $0.hasPrefix("--redact") }) { needs.append("--redact") }
                if name == "record", names.contains(where: { $0.hasPrefix("--keep-") }) { needs.append("--prune") }
                if names == ["--xen"] { needs += ["--method", "live-update"] }
                return Option(
                    command: name, names: names, addsUp: argument["isRepeating"] as? Bool ?? false, value: value,
                    needs: needs)
            }
        }
    }

    @Test func everyCommandIsLookedAt() throws {
        let commands = Set(try Self.all().map(\.command))
        #expect(commands.isSuperset(of: HelpTests.commands))
    }

    @Test func anOptionOfOneValueIsRefusedIfItIsGivenTwice() throws {
        let place = Workplace()
        for option in try Self.all() where !option.addsUp && option.command != "help" {
            for name in option.names {
                expectUsage(
                    place.run([option.command] + option.needs + [name, option.value, name, option.value]),
                    "\(name) is given twice; give it once")
            }
            if option.names.count > 1, let first = option.names.first, let last = option.names.last {
                expectUsage(
                    place.run([option.command] + option.needs + [first, option.value, "\(last)=\(option.value)"]),
                    "are one option; give it once")
            }
        }
        #expect(place.names == [])
    }

    @Test func whichOptionsAddUp() throws {
        let adding = try Self.all().filter(\.addsUp).map { "\($0.command) \($0.names.last ?? "")" }
        #expect(
            Set(adding) == [
                "images --series", "diff --only", "diff --path", "diff --domain", "query --parameter",
                "sql --parameter", "rebuild --domain", "rebuild --subtree", "rebuild --drop", "rebuild --remove",
                "rebuild --set", "rebuild --set-perms", "verify --expect", "watch --path", "watch --query",
            ])
    }

    @Test func whatIsNoRepetitionIsTaken() {
        expectDone(SharedArchive.run("images", "--series", "main", "--format", "csv", "--color", "never"))
        expectUsage(SharedArchive.run("images", "-a", "x", "-a", "y", "-a", "z"), "-a is given 3 times; give it once")
    }
}
