import TestSupport
import Testing

@testable import xsarchive

/// The README says what the program does now.
@Suite struct ReadmeTests {
    @Test func theTableOfCommandsIsCurrent() {
        let rows = XSArchive.configuration.subcommands.map { command in
            let configuration = command.configuration
            return [MarkdownTable.code(configuration.commandName ?? ""), MarkdownTable.text(configuration.abstract)]
        }
        let table = MarkdownTable.lines(["command", "what it does"], rows)
        let problem = GeneratedSection("docs/commands.md", "commands").problem(with: table)
        if let problem { Issue.record("\(problem)") }
    }

    /// The commands of the README's first screen, each with the lines that it prints there.
    private static let transcript: [(command: String, output: String)] = {
        let text = String(decoding: Files.read(Fixtures.root + "/README.md"), as: UTF8.self)
        let blocks = text.split(separator: "```\n", omittingEmptySubsequences: false)
        let lines =
            blocks.first { $0.hasPrefix("$ xsarchive ") }?.split(separator: "\n", omittingEmptySubsequences: false)
            ?? []
        var steps: [(command: String, lines: [Substring])] = []
        for line in lines {
            if line.hasPrefix("$ ") {
                steps.append((String(line.dropFirst(2)), []))
            } else {
                steps[steps.count - 1].lines.append(line)
            }
        }
        // A blank line parts a step from the next.
        return steps.map { step in
            let lines: ArraySlice<Substring> = step.lines.last == "" ? step.lines.dropLast() : step.lines[...]
            return (step.command, lines.map { $0 + "\n" }.joined())
        }
    }()

    @Test func theTranscriptIsWhatTheProgramPrints() {
        let place = Workplace()
        for name in Files.list(Fixtures.path("")) where name.hasSuffix(".bin") {
            place.write(Fixtures.bytes(name), name)
        }
        let programs: [String] = Self.transcript.map { step in String(step.command.prefix { $0 != " " }) }
        #expect(programs == ["xsarchive", "xsarchive", "sqlite3", "xsarchive"])
        for (command, output) in Self.transcript {
            let outcome = place.shell("xsarchive() { \"$0\" \"$@\"; }; " + command)
            #expect(outcome.text == output, "\(command)")
            #expect(outcome.errorText == "", "\(command)")
            #expect(outcome.ending == .exit(command.hasPrefix("xsarchive diff") ? 1 : 0), "\(command)")
        }
        #expect(place.bytes("image.bin") == Fixtures.bytes("xen-4.17-seq-1.bin"))
    }
}
