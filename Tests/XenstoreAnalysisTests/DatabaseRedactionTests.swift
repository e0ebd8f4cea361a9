import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Secrets in the files of daemons' databases, which keep older values between the records.
@Suite struct DatabaseRedactionTests {
    private static let secrets = ["oldlongsecretpassword", "short"]

    private func occurrences(_ file: [UInt8]) -> Int {
        Self.secrets.reduce(0) { sum, secret in
            let pattern = Array(secret.utf8)
            return sum
                + (0...(file.count - pattern.count)).count { file[$0..<$0 + pattern.count].elementsEqual(pattern) }
        }
    }

    @Test(arguments: ["tdb", "tdbdump"]) func noSecretIsLeftAndEverythingElseIs(_ suffix: String) throws {
        let file = Fixtures.bytes("databases/xen-4.17-deleted-domain.\(suffix)")
        #expect(occurrences(file) > 0)
        for salvaging in [false, true] {
            let image = ScannedImage(salvaging: file, readsFormerNodes: salvaging)
            let redacted = try Redactor().redactedFile(image).bytes
            #expect(occurrences(redacted) == 0)
            #expect(redacted.count == file.count || suffix == "tdbdump")
            let again = try ScannedImage(bytes: redacted)
            #expect(again.format == image.format)
            let source = try ImageSource(name: "x", file: ScannedImage(bytes: file))
            let (before, after) = (try NodeTree(source), try NodeTree(ImageSource(name: "x", file: again)))
            #expect(before.nodes.map(\.path) == after.nodes.map(\.path))
            for (old, new) in zip(before.nodes, after.nodes) {
                #expect(old.perms == new.perms && old.value.count == new.value.count)
                #expect((old.value == new.value) == (old.name != Octets("vnc-passwd".utf8)))
            }
        }
    }
}
