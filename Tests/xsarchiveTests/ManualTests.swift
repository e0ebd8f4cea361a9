import Foundation
import TestSupport
import Testing

@testable import xsarchive

/// What `make install` installs in addition to the program.
@Suite struct ManualTests {
    nonisolated(unsafe) private static let place: Workplace = {
        let place = Workplace()
        let outcome = place.shell("\"$1\"/packaging/share.sh \"$0\" share", Fixtures.root)
        if outcome.ending != .exit(0) { fatalError("no manual: \(outcome.errorText)") }
        // A static value is never torn down, so the directory would stay.
        atexit { ManualTests.remove() }
        return place
    }()

    private static func remove() {
        Files.removeFolder(place.folder.path)
    }

    static let commands = XSArchive.configuration.subcommands.compactMap { $0.configuration.commandName }

    private func page(_ name: String) -> String {
        String(decoding: Self.place.bytes("share/man/man1/\(name).1"), as: UTF8.self)
    }

    private func section(_ title: String, of page: String) -> Substring {
        page.split(separator: "\n.SH ").first { $0.hasPrefix(title + "\n") } ?? ""
    }

    /// The options that a command's help lists.
    private func options(_ help: String) -> [String] {
        help.split(separator: "\nOPTIONS:\n").last.map { text in
            text.split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap {
                $0.split(separator: " ").filter { $0.hasPrefix("--") }
            }
        }?.map { String($0.prefix { $0 != "," }) } ?? []
    }

    @Test(arguments: ManualTests.commands) func everyCommandHasAPageWithAllOptionsAndExamples(_ command: String) {
        let page = page("xsarchive-" + command)
        let help = Self.place.run(command, "--help").text
        let written = section("OPTIONS", of: page).replacing("\\-", with: "-")
        #expect(options(help).count >= 1)
        for option in options(help) where option != "--version" {
            #expect(written.contains("\\fB\(option)\\fR"), "\(command) \(option)")
        }
        let examples = help.split(separator: "\n").filter { $0.hasPrefix("  xsarchive \(command)") }
        #expect(!examples.isEmpty)
        let shown = section("EXAMPLES", of: page).replacing("\\-", with: "-")
        #expect(shown.ranges(of: "xsarchive \(command)").count >= examples.count)
        #expect(section("SEE ALSO", of: page).contains(".BR xsarchive (1)"))
        #expect(section("COMMANDS", of: self.page("xsarchive")).contains(".B \(command)\n"))
    }

    @Test func thePagesSpeakForTroff() {
        let pages = Files.list(Self.place.file("share/man/man1"))
        #expect(pages.count == Self.commands.count + 1)
        let requests: Set = [".TH", ".nh", ".SH", ".PP", ".TP", ".B", ".BR", ".EX", ".EE"]
        for name in pages {
            for line in String(decoding: Self.place.bytes("share/man/man1/" + name), as: UTF8.self).split(
                separator: "\n")
            {
                if line.hasPrefix(".") {
                    #expect(requests.contains(String(line.prefix { $0 != " " })), "\(name): \(line)")
                }
                #expect(!line.hasPrefix("'"), "\(name): \(line)")
            }
        }
    }

    @Test func theCompletionsKnowTheCommandsAndTheQueries() {
        for shell in ["bash", "zsh", "fish"] {
            let script = String(decoding: Self.place.bytes("share/completions/" + shell), as: UTF8.self)
            for command in Self.commands { #expect(script.contains(command), "\(shell) \(command)") }
            #expect(script.contains("dead_owner"), "\(shell)")
        }
        expectDone(Self.place.shell("bash -n share/completions/bash"))
    }

    @Test func bashCompletesCommandsAndOptions() {
        let line = """
            source share/completions/bash; COMP_WORDS=(xsarchive im); COMP_CWORD=1; COMP_LINE='xsarchive im'; \
            COMP_POINT=12; _xsarchive xsarchive im xsarchive; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = Self.place.shell("bash -c \"$1\"", line)
        #expect(outcome.lines.map { $0.filter { $0 != " " } }.sorted() == ["images", "import"])
    }

    @Test func fileKnowsStreamsArchivesWorkspacesAndDumps() throws {
        let place = Workplace()
        try #require(place.shell("command -v file").ending == .exit(0), "the program file is missing")
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        let magic = Fixtures.root + "/packaging/magic"
        func kind(_ path: String) -> String { place.shell("file -b -m \"$1\" \"$2\"", magic, path).text }
        #expect(kind("xsarchive.db").hasPrefix("xsarchive archive of xenstored images (SQLite 3), schema version "))
        #expect(
            kind(Fixtures.path("xen-4.17-tiny.bin")) == "xenstored image (migration stream), version 1, little-endian\n"
        )
        #expect(
            kind(Fixtures.path("formats/v2-big-body.bin"))
                == "xenstored image (migration stream), version 2, big-endian\n")
        #expect(kind(Fixtures.path("oxenstored-4.17-small.dump")) == "oxenstored state dump\n")
        _ = place.sqlite("PRAGMA application_id = 0x78737277; CREATE TABLE t (a)", file: "work.db")
        #expect(kind("work.db") == "xsarchive workspace of an xenstored image (SQLite 3)\n")
        _ = place.sqlite("CREATE TABLE t (a)", file: "other.db")
        #expect(!kind("other.db").contains("xsarchive"))
        #expect(kind(magic) == "ASCII text\n")
    }
}
