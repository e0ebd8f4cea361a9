import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// docs/tutorial.md says what the program prints. RECORD_DOCS=1 writes the output into it, and fails all the same.
@Suite struct TutorialTests {
    private static let path = Fixtures.root + "/docs/tutorial.md"

    /// The document with what its commands print now, and the commands that went wrong.
    private func played() -> (text: String, problems: [String]) {
        let place = Workplace()
        _ = place.shell("ln -s \"$1\" Tests; mkdir bin; ln -s \"$0\" bin/xsarchive", Fixtures.root + "/Tests")
        var result: [String] = []
        var problems: [String] = []
        var isBlock = false
        for line in String(decoding: Files.read(Self.path), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("```") { isBlock = line == "```console" }
            if isBlock && line.hasPrefix("$ ") {
                result.append(String(line))
                let setup = "PATH=\"$PWD/bin:$PATH\"; [ ! -d incident ] || cd incident; "
                let outcome = place.shell(setup + "{ " + line.dropFirst(2) + "; } 2>&1")
                result += outcome.lines
                if ![.exit(0), .exit(1)].contains(outcome.ending) { problems.append("\(line): \(outcome.ending)") }
            } else if !isBlock || line == "```console" {
                result.append(String(line))
            }
        }
        return (result.joined(separator: "\n"), problems)
    }

    @Test func everyCommandPrintsWhatTheTutorialSays() {
        let written = String(decoding: Files.read(Self.path), as: UTF8.self)
        let (text, problems) = played()
        #expect(problems == [])
        #expect(text.ranges(of: "\n$ xsarchive ").count >= 15)
        guard text != written else { return }
        if getenv("RECORD_DOCS").map({ String(cString: $0) }) == "1" {
            Files.write(Array(text.utf8), Self.path)
            Issue.record("docs/tutorial.md is recorded, look at it and commit it")
            return
        }
        let pairs = zip(text.split(separator: "\n"), written.split(separator: "\n"))
        let difference = pairs.first { $0 != $1 }.map { "'\($1)' should be '\($0)'" } ?? "its end differs"
        Issue.record(
            "docs/tutorial.md is not what the program prints: \(difference); 'RECORD_DOCS=1 make test' rewrites it")
    }
}
