import TestSupport
import Testing

@testable import XenstoreStream

/// The ways in which people call `xenstore-ls`.
@Suite struct CalledCommandTests {
    @Test(arguments: [
        "ssh dom0 'xenstore-ls /d'", "$ ssh root@dom0 \"xenstore-ls -p /d\"", "LANG=C xenstore-ls /d",
        "timeout 5 xenstore-ls /d", "$ cd /tmp && xenstore-ls /d", "#xenstore-ls /d", "+ xenstore-ls /d",
        "~ ❯ xenstore-ls /d",
    ]) func aCommandIsKnownHoweverItIsCalled(_ command: String) throws {
        let listing = try #require(try PastedListingTests.read(Array("\(command)\na = \"\"\n b = \"1\"\n".utf8)).first)
        #expect(listing.nodes.map { Escape.printable($0.path.octets) } == ["/d/a", "/d/a/b"])
        #expect(listing.image.root.source == .command)
    }

    @Test(arguments: ["\n", "\r\n", "\r"], [false, true])
    func aListingThatEndsWithItsLastLineIsNotCutOff(_ end: String, _ isUTF16: Bool) throws {
        let text = ["# xenstore-ls -f /d", "/d/a = \"\"", "/d/a/b = \"1\"", ""].joined(separator: end)
        let units = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let listing = try #require(
            try PastedListingTests.read(isUTF16 ? [0xFF, 0xFE] + units : Array(text.utf8)).first)
        #expect(listing.nodes.count == 2)
        #expect(!listing.image.remarks.contains { $0.rule == .cutLine })
    }
}
