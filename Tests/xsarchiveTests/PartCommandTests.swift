import TestSupport
import Testing

/// The commands on parts of a host and on damaged images: what these do not have is unknown.
@Suite struct PartCommandTests {
    private static let whole = Fixtures.bytes("xen-4.17-seq-1.bin")

    /// A directory with a whole image, a file that is cut off, a listing of one domain and one of
    /// all nodes without permissions.
    private func place() -> Workplace {
        let place = Workplace()
        place.write(Self.whole, "whole.bin")
        place.write(Fixtures.bytes("xen-4.17-seq-2.bin"), "later.bin")
        // At the end of a record, and within one.
        place.write(Array(Self.whole[..<100_000]), "end.bin")
        place.write(Array(Self.whole[..<100_003]), "cut.bin")
        return place
    }

    private func listing(_ place: Workplace, below path: String? = nil, perms: Bool = true) -> [UInt8] {
        let options = perms ? ["-f", "-p"] : ["-f"]
        return place.run(["ls", "whole.bin"] + options + (path.map { [$0] } ?? [])).output
    }

    // MARK: Listings

    @Test func aListingOfOneDomainBetweenTwoImagesEndsNothing() {
        let place = place()
        place.write(
            Array("# xenstore-ls -f -p /local/domain/3\n".utf8) + listing(place, below: "/local/domain/3"), "part.txt")
        for (number, file) in ["whole.bin", "part.txt", "later.bin"].enumerated() {
            let outcome = place.run(
                "import", "--series", "host", "--name", "n\(number)", "--captured-at", "2026-08-01T1\(number):00:00Z",
                file)
            #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        }
        let log = place.run("log", "/local/domain/7/name", "--format", "csv")
        #expect(log.lines.count == 2 && !log.text.contains("removed"), "\(log.text)")
        let reuse = place.run("query", "domid_reuse", "--format", "csv")
        #expect(reuse.lines.count == 1, "\(reuse.text)")
    }

    @Test func permissionsThatAListingLacksAreUnknown() {
        let place = place()
        place.write(listing(place, perms: false), "bare.txt")
        let access = place.run("access", "bare.txt", "--domain", "3", "/local/domain/5/data/os_name")
        #expect(access.text == "" && access.errorText.contains("needs permissions"))
        let query = place.run("query", "write_outside_home", "-i", "bare.txt")
        #expect(query.text == "" && query.errorText.contains("not applicable: needs permissions"))
        let diff = place.run("diff", "bare.txt", "whole.bin")
        #expect(diff.ending == .exit(0) && diff.text == "", "\(diff.text.prefix(400))")
        #expect(diff.errorText.contains("not compared: permissions"))
        #expect(place.run("check", "bare.txt").text.contains("not applicable: needs permissions"))
    }

    // MARK: Damage

    @Test func theCheckOfACutFileLeadsWithTheDamage() {
        let place = place()
        #expect(place.run("check", "end.bin").lines[1].contains("error no-end: "))
        let outcome = place.run("check", "cut.bin")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.lines[1].contains("error damaged-span: "), "\(outcome.text)")
        #expect(outcome.lines[2].contains("error no-end: "))
        let rules = [
            "orphan_backend", "home_vs_connection", "duplicate_identity", "vm_node_missing", "missing-parent",
        ]
        for rule in rules {
            #expect(!outcome.text.contains("warning \(rule)") && !outcome.text.contains("error \(rule)"), "\(rule)")
        }
        #expect(outcome.text.contains("which this damaged image"))
        #expect(outcome.text.contains("the damaged image has only some nodes; what else there was is unknown"))
    }

    @Test func theDiffOfACutFileSaysThatItIsDamaged() {
        let place = place()
        expectDone(place.run("import", "whole.bin"))
        _ = place.run("import", "cut.bin", "--salvage")
        for (old, new) in [("@2", "@1"), ("@2", "whole.bin"), ("whole.bin", "@2")] {
            let outcome = place.run("diff", old, new, "--name-status")
            #expect(outcome.lines == [old == "whole.bin" ? "A\tdamage\tnumber 1" : "D\tdamage\tnumber 1"])
            #expect(outcome.errorText.contains(" is damaged, and covers only "), "\(outcome.errorText)")
            #expect(outcome.errorText.contains(" outside what "), "\(outcome.errorText)")
        }
        #expect(place.run("diff", "@2", "whole.bin", "-q", "--only", "node").ending == .exit(0))
    }

    @Test func aCutImageInASeriesEndsNothing() {
        let place = place()
        for (number, file) in ["whole.bin", "cut.bin", "later.bin"].enumerated() {
            _ = place.run(
                "import", "--salvage", "--series", "host", "--captured-at", "2026-08-01T1\(number):00:00Z", file)
        }
        // The cut takes the last paths in the order of the stream.
        let gone = place.run("diff", "@2", "@1", "--only", "node", "--format", "json")
        #expect(gone.text.contains("\"unknown_in\":\"old\""))
        #expect(!place.run("log", "/vm", "--format", "csv").text.contains("removed"))
        #expect(place.run("query", "domid_reuse", "--format", "csv").lines.count == 1)
    }

    // MARK: Selections

    @Test func theCheckOfASelectionAccusesNoOne() {
        let place = place()
        for destination in [["-o", "part.bin"], ["--save-as", "part"]] {
            #expect(place.run(["rebuild", "whole.bin", "--domain", "3"] + destination).ending == .exit(0))
        }
        for image in ["part.bin", "@part"] {
            let outcome = place.run("check", image)
            #expect(
                !outcome.text.contains("missing") && !outcome.text.contains("duplicate_identity:"), "\(outcome.text)")
            #expect(outcome.ending == .exit(0), "\(outcome.text)")
        }
        let summary = place.run("show", "@part")
        #expect(summary.text.contains("nodes, connections") || summary.text.contains("at and below /local/domain/3"))
        let diff = place.run("diff", "@part", "whole.bin", "--only", "node,connection,watch")
        #expect(diff.ending == .exit(0), "\(diff.text)")
        #expect(diff.errorText.contains("@1 part covers only "))
    }

    @Test func identitiesOfAListingOfOneDomainAreNotMissed() {
        let place = place()
        place.write(
            Array("# xenstore-ls -f -p /local/domain/3\n".utf8) + listing(place, below: "/local/domain/3"), "part.txt")
        for query in ["duplicate_identity", "vm_node_missing"] {
            let outcome = place.run("query", query, "-i", "part.txt", "--format", "csv")
            #expect(outcome.lines.count == 1, "\(outcome.text)")
        }
    }

    // MARK: Two layouts

    @Test func quotasThatAnImageCannotHaveAreNoDifference() {
        let outcome = Workplace().run(
            "diff", Fixtures.path("xen-4.20-small.bin"), Fixtures.path("xen-4.22-small.bin"), "--only", "quota,domain")
        #expect(outcome.ending == .exit(0) && outcome.text == "")
        #expect(outcome.errorText.contains("not compared: quotas ("), "\(outcome.errorText)")
    }
}
