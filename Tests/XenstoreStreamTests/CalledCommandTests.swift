import TestSupport
import Testing
import XenstoreStream

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
}
