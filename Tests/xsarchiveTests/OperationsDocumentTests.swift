import TestSupport
import Testing

/// The scripts and commands of docs/operations.md do what the document says.
@Suite struct OperationsDocumentTests {
    private static let document = String(
        decoding: Files.read(Fixtures.root + "/docs/operations.md"), as: UTF8.self)

    /// The blocks of a language, without the lines around them.
    private func blocks(_ language: String) -> [String] {
        Self.document.split(separator: "```\(language)\n").dropFirst().map {
            String($0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex))
        }
    }

    /// A host with the commands that the nightly script calls: each night has its own listing.
    private func host() throws -> Workplace {
        let place = Workplace()
        place.write(Array(try #require(blocks("sh").first).utf8), "xsarchive-nightly")
        place.write(Fixtures.bytes("listings/xen-4.17-seq-3.ls-fp.txt"), "state")
        let stubs = """
            mkdir bin
            ln -s "$0" bin/xsarchive
            printf '#!/bin/sh\\ncat "$STATE"\\n' > bin/xenstore-ls
            printf '#!/bin/sh\\necho host7\\n' > bin/uname
            printf '#!/bin/sh\\ncat "$NOW"\\n' > bin/date
            printf '#!/bin/sh\\necho "$@" >> "$MAIL"; cat >> "$MAIL"\\n' > bin/mail
            chmod +x bin/* xsarchive-nightly
            """
        expectDone(place.shell(stubs))
        return place
    }

    private func night(_ number: Int, _ place: Workplace) -> Outcome {
        place.write(Array("2026-08-0\(number)T03:17:00Z\n".utf8), "now")
        return place.shell(
            "STATE=$PWD/state NOW=$PWD/now MAIL=$PWD/mail XSARCHIVE=$PWD/xsarchive.db PATH=$PWD/bin:$PATH "
                + "./xsarchive-nightly ops@example.org")
    }

    @Test func theNightlyScriptMailsOnlyWhatIsNew() throws {
        let place = try host()
        expectDone(night(1, place))
        place.write([], "mail")
        expectDone(night(2, place))
        #expect(place.bytes("mail").isEmpty, "\(String(decoding: place.bytes("mail"), as: UTF8.self))")
        // A domain that was not there yesterday owns a node of the toolstack.
        let state = place.bytes("state") + Array("/libxl/3/leak = \"\"   (n77)\n".utf8)
        place.write(state, "state")
        expectDone(night(3, place))
        let mail = String(decoding: place.bytes("mail"), as: UTF8.self)
        #expect(mail.hasPrefix("-s xenstore of host7: new findings ops@example.org\n"))
        #expect(mail.contains("trusted_trees") && mail.contains("/libxl/3/leak"))
        #expect(mail.contains("since @2 state-2026-08-02T03:17:00Z: "))
        let rows = try JSONText.lines(place.run("images", "--format", "jsonl"))
        #expect(rows.map { $0["captured_at"] as? String }.last == "2026-08-03T03:17:00Z")
    }

    @Test func theNightlyScriptEndsWithTwoIfNoStateComes() throws {
        let place = try host()
        place.write([], "state")
        let outcome = night(1, place)
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 1, "\(outcome.errorText)")
    }

    @Test func theCommandsOfTheMorningRun() throws {
        let place = Workplace()
        for (index, name) in ["xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin"].enumerated() {
            expectDone(
                place.run(
                    "import", "--series", "host7", "--captured-at", "2026-08-0\(index + 1)", Fixtures.path(name)))
        }
        let commands = Self.document.split(separator: "\n").filter { $0.hasPrefix("$ xsarchive ") }
        #expect(commands.count >= 8)
        for command in commands {
            let outcome = place.shell("xsarchive() { \"$0\" \"$@\"; }; " + command.dropFirst(2))
            #expect([.exit(0), .exit(1)].contains(outcome.ending), "\(command): \(outcome.errorText)")
        }
        let watches = String(decoding: place.bytes("watches.csv"), as: UTF8.self)
        #expect(watches.hasPrefix("domid,name,type,socket_fd,path,token,depth,conn_id\r\n"))
        let check = place.run("check", "@host7:latest", "--new-since", "@host7:~1")
        let printed = try #require(blocks("").first { $0.hasPrefix("$ xsarchive check") }).split(separator: "\n")
        #expect(check.lines.first == printed.dropFirst().first.map(String.init))
        #expect(check.lines.contains(String(try #require(printed.last))))
    }

    @Test func theJoinWithAnInventoryListsUnknownGuests() throws {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path("xen-4.17-seq-2.bin")))
        let known = try #require(place.run("cat", "@1", "/local/domain/3/vm").lines.first).dropFirst("/vm/".count)
        expectDone(
            place.sqlite("CREATE TABLE guest(uuid TEXT); INSERT INTO guest VALUES ('\(known)')", file: "inventory.db"))
        let outcome = place.sqlite(try #require(blocks("sql").first), file: "inventory.db")
        expectDone(outcome)
        let domids = outcome.lines.compactMap { $0.split(separator: "|").first }
        #expect(!domids.isEmpty && !domids.contains("3") && !domids.contains("0"))
    }
}
