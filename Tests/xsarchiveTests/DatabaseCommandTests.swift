import TestSupport
import Testing

/// The commands on TDB files, on what tdbdump prints of them, and on oxenstored's db.debug.
@Suite struct DatabaseCommandTests {
    private static let open = Fixtures.path("databases/xen-4.17-open-transaction.tdb")
    private static let deleted = Fixtures.path("databases/xen-4.17-deleted-domain.tdb")
    private static let dump = Fixtures.path("databases/xen-4.17-deleted-domain.tdbdump")
    private static let debug = Fixtures.path("databases/oxenstored-4.17-sigusr1.db.debug")

    private func csv(_ outcome: Outcome) -> [String] {
        outcome.lines.map { $0.replacing("\r", with: "") }
    }

    private func place() -> Workplace {
        let place = Workplace()
        expectDone(place.run("import", Self.open, Self.deleted, Self.dump, Self.debug))
        return place
    }

    @Test func theyComeOutByteForByte() {
        let place = place()
        for (id, file) in [("@1", Self.open), ("@2", Self.deleted), ("@3", Self.dump), ("@4", Self.debug)] {
            expectBytes(place.run("export", id, "-o", "-").output, Files.read(file))
        }
        expectDone(place.run("verify"))
    }

    @Test func aFileListsWhatTheDaemonListed() {
        let place = place()
        let listing = String(decoding: Fixtures.bytes("databases/xen-4.17-deleted-domain.ls-fp.txt"), as: UTF8.self)
        let expected = listing.split(separator: "\n").map(String.init).sorted()
        for image in ["@2", "@3", Self.deleted] {
            #expect(place.run("ls", image, "-f", "-p").lines.sorted() == expected, "\(image)")
        }
        #expect(
            place.run("ls", "@1", "-f", "-p").lines.sorted() == [
                "/a = \"\"   (n0)", "/a/b = \"hello\"   (n0,r3,b4)", "/a/c = \"\"   (n0)", "/local = \"\"   (n0)",
                "/local/domain = \"\"   (n0)", "/local/domain/3 = \"\"   (n0)", "/local/domain/3/name = \"g3\"   (n0)",
                "/tool = \"\"   (n0)", "/tool/xenstored = \"\"   (n0)",
            ])
        #expect(
            place.run("ls", "@4", "/a", "-f").lines == [
                "/a/bin = \"\\000\\xff\\x80\\n\"", "/a/b = \"he\\001l\\n\"lo\\\\\"",
            ])
    }

    @Test func queriesSeePendingNodes() {
        let place = place()
        let outcome = place.run("query", "tx_versus_committed", "-i", "@1", "--format", "csv")
        expectDone(outcome)
        #expect(
            csv(outcome) == [
                "conn_id,tx_id,path,what,pending_value,committed_value,parent",
                "4294967295,26,/a,\"written, the same\",\"\",\"\",there", "4294967295,26,/a/b,read,hello,hello,there",
                "4294967295,26,/a/new,created,intx,,there",
            ])
    }

    @Test func commandsSayWhatTheImageHolds() {
        let place = place()
        #expect(place.run("show", "@1").lines.contains("holds        only nodes, and those pending in transactions"))
        #expect(place.run("show", "@4").lines.contains("holds        only nodes"))
        let check = place.run("check", "@1", "@4")
        #expect(check.ending == .exit(0), "\(check.text)")
        #expect(check.text.contains("restore: not applicable, as no daemon restores an image that has only nodes"))
        let dump = place.run("dump", Self.open)
        expectDone(dump)
        #expect(dump.text.contains("0  TDB file; layout tdb (certain: the file begins with \"TDB file\")"))
        #expect(dump.lines.contains { $0.hasPrefix("  tx-id") && $0.hasSuffix(" 26") })
        expectDone(place.run("dump", Self.open, "--format", "jsonl"))
        expectDone(place.run("domains", "@2"))
        expectDone(place.run("report", "@2", "-o", "report.html"))
        let diff = place.run("diff", "@1", "@2", "--name-status")
        #expect(diff.ending == .exit(1) && diff.text.contains("/local/domain/2/name"), "\(diff.text)")
        // The same nodes, except that tdbdump prints no freed records.
        #expect(place.run("diff", "@2", "@3", "--only", "node").ending == .exit(0))
    }

    @Test func deletedNodesAreStoredBySalvagingAndSeenByNoLiveQuery() {
        let place = Workplace()
        let outcome = place.run("import", "--salvage", Self.deleted)
        #expect(outcome.ending == .exit(0))
        #expect(outcome.errorText.contains("the nodes in freed records are stored as deleted, with conn-id 4294967294"))
        expectBytes(place.run("export", "@1", "-o", "-").output, Files.read(Self.deleted))
        let sql =
            "SELECT path, value, perms, access FROM nodes "
            + "WHERE conn_id = 4294967294 AND path LIKE '/local/domain/1/%/mac'"
        #expect(
            csv(place.run("sql", sql, "--format", "csv")) == [
                "path,value,perms,access", "/local/domain/1/device/vif/0/mac,value-1-device/vif/0/mac,\"n1,r0\",0",
            ])
        #expect(!place.run("ls", "@1", "-f").text.contains("/local/domain/1"))
        #expect(place.run("ls", "@1", "-f", "-p").lines.count == 21)
        expectDone(place.run("verify"))
        // A domain that is only in freed records is no domain of the image.
        #expect(!place.run("domains", "@1").text.contains("value-1-name"))
        #expect(!place.run("check", "@1").text.contains("/local/domain/1"))
    }

    @Test func aDamagedFileIsRefusedWithOneLine() {
        let place = Workplace()
        var file = Files.read(Self.open)
        file.removeLast(8)
        place.write(file, "cut.tdb")
        let refused = place.run("import", "cut.tdb")
        #expect(refused.ending == .exit(2))
        #expect(
            refused.errorText.contains(
                "cut.tdb: offset 33096: the record has 7844 bytes after its header, the file has")
                && refused.errorText.contains("or import it with --salvage"), "\(refused.errorText)")
        #expect(refused.errorLines.count == 1)
        #expect(place.run("import", "--salvage", "cut.tdb").errorText.contains("damaged; the readable part is stored"))
        expectBytes(place.run("export", "@1", "-o", "-").output, file)
        #expect(place.run("ls", "@1", "/a", "-f").lines.contains("/a/b = \"hello\""))
        #expect(place.run("show", "@1").text.contains("damaged-span"))
    }

    @Test func aStreamIsMadeOfTheCommittedNodes() {
        let place = place()
        for image in ["@1", "@2", "@3", "@4"] {
            #expect(place.run("rebuild", image, "-o", "out.bin", "--layout", "v1", "--force").ending == .exit(0))
            #expect(
                place.run("ls", "out.bin", "-f", "-p").lines.sorted()
                    == place.run("ls", image, "-f", "-p").lines.sorted())
        }
        let lost = place.run("rebuild", "@1", "-o", "out.bin", "--force").errorText
        #expect(lost.contains("lost no-connection") && !lost.contains("changed order"), "\(lost)")
        let refused = place.run("rebuild", "@1", "-o", "out.tdb", "--layout", "tdb")
        #expect(refused.ending != .exit(0))
        expectDone(place.run("checkout", "@2", "work.db"))
        #expect(place.run("build", "work.db", "-o", "built.bin").ending == .exit(0))
        #expect(
            place.run("ls", "built.bin", "-f", "-p").lines.sorted() == place.run("ls", "@2", "-f", "-p").lines.sorted())
    }

    @Test func secretsAreReplacedWithWhatMayHoldOlderOnes() {
        let place = place()
        for image in ["@2", "@3"] {
            let outcome = place.run("report", image, "--redact", "-o", "report.html", "--force")
            #expect(outcome.ending == .exit(0))
            #expect(outcome.errorText.hasPrefix("xsarchive: 1 secret value replaced, and "))
            let page = String(decoding: place.bytes("report.html"), as: UTF8.self)
            #expect(!page.contains("oldlongsecretpassword") && page.contains("vnc-passwd"))
        }
    }
}
