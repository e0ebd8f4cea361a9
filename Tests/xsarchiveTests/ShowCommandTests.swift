import Foundation
import TestSupport
import Testing

@Suite struct ShowCommandTests {
    @Test func aFileIsShown() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "tiny.bin")
        let outcome = place.run("show", "tiny.bin")
        expectDone(outcome)
        #expect(
            outcome.text == """
                file               tiny.bin
                size               344 bytes
                sha256             a7089619ccbd64c50ccdabca4468c7dd485d0ae7aad0eec73f4c2cdae7e693cd
                header             version 1, flags 0x0
                layout             v1, certain: only v1 fits the records
                byte order         little
                len                includes the padding, as the C daemon writes it
                covers             nodes, permissions, stale marks, special nodes, connections, watches, \
                transactions, pending data
                not covered        quotas
                root               /
                records            9
                  END              1
                  GLOBAL_DATA      1
                  CONNECTION_DATA  2
                  NODE_DATA        5
                verbatim           0 bytes stored as they are, because no field explains them
                findings           none of the format
                check              1 info; 'xsarchive check --severity info' lists them

                """)
        #expect(place.names == ["tiny.bin"])
    }

    @Test func anArchivedImageIsShownWithItsLabel() {
        let outcome = SharedArchive.run("show", "@1")
        expectDone(outcome)
        #expect(outcome.lines[0] == "image              @1")
        #expect(outcome.lines[1] == "name               xen-4.17-tiny.bin")
        #expect(outcome.lines[2] == "series             main")
        #expect(outcome.lines[3] == "captured           unknown")
        #expect(outcome.lines.contains("records            9"))
    }

    @Test(arguments: SharedArchive.names.indices) func anArchivedImageSaysWhatItsFileSays(_ index: Int) throws {
        let path = Fixtures.path(SharedArchive.names[index])
        var file = try JSONText.object(SharedArchive.run("show", "--format", "json", path).text)
        var archived = try JSONText.object(SharedArchive.run("show", "--format", "json", "@\(index + 1)").text)
        #expect(archived["name"] as? String == SharedArchive.names[index])
        for label in ["file", "image", "name", "series", "captured", "imported"] {
            file[label] = nil
            archived[label] = nil
        }
        #expect(file as NSDictionary == archived as NSDictionary)
        #expect(file["sha256"] != nil && file["records"] != nil && file["findings"] != nil)
    }

    @Test func whatIsOffIsAFinding() throws {
        let outcome = SharedArchive.run("show", "@6")
        expectDone(outcome)
        #expect(outcome.text.contains("4 bytes stored as they are"))
        #expect(outcome.lines.contains { $0.hasPrefix("  ") && $0.contains(": record ") && $0.contains(", offset ") })
        let sheet = try JSONText.object(SharedArchive.run("show", "--format", "jsonl", "@6").text)
        #expect(sheet["verbatim_bytes"] as? Int == 4)
        #expect((sheet["findings"] as? [[String: Any]])?.isEmpty == false)
    }

    @Test func whatCheckFindsIsCounted() throws {
        let path = Fixtures.path("xen-4.17-seq-3.bin")
        let text = Workplace().run("show", path).lines
        #expect(text.contains("findings           none of the format"))
        #expect(text.contains { $0.hasPrefix("check              3 warnings, ") })
        let sheet = try JSONText.object(Workplace().run("show", "--format", "json", path).text)
        let counts = try #require(sheet["check"] as? [String: Int])
        let rows = try JSONText.lines(Workplace().run("check", "--severity", "info", "--format", "jsonl", path))
        for severity in ["error", "warning", "info"] {
            #expect(counts[severity] == rows.count { $0["severity"] as? String == severity })
        }
        // Standard input is read once.
        expectDone(Workplace().run("show", "-", input: Fixtures.bytes("xen-4.17-tiny.bin")))
    }

    @Test func aSheetIsNoTable() {
        expectUsage(SharedArchive.run("show", "--format", "csv", "@1"), "use text, json or jsonl")
    }

    @Test func standardInputIsAnImage() {
        let outcome = Workplace().run("show", "-", input: Fixtures.bytes("xen-4.17-tiny.bin"))
        expectDone(outcome)
        #expect(outcome.lines.first == "file               -")
    }
}
