import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")

/// The file given as the archive is something else.
@Suite struct ArchiveFileTests {
    static let readers = [
        ["images"], ["show", "@1"], ["export", "@1", "-o", "out"], ["diff", "@1", "@2"], ["ls", "@1"],
        ["cat", "@1", "/tool"],
        ["query", "dead_owner"], ["query", "path_history", "-P", "path=/tool"], ["sql", "SELECT 1"], ["verify"],
    ]

    /// Every command says so in one line, and the file stays as it was.
    private func expectRefusal(_ place: Workplace, _ file: String, _ message: String) {
        let before = place.bytes(file)
        for command in Self.readers + [["import", tiny]] {
            expectFailure(place.run(command + ["-a", file]), 2, "\(file): \(message)")
        }
        expectBytes(place.bytes(file), before)
        #expect(place.names == [file])
    }

    @Test func aFileThatIsNoSQLiteFileIsRefused() {
        let place = Workplace()
        place.write(
            Array("Just a text, and long enough to be looked at. ".utf8) + Array(repeating: 0x41, count: 4096), "text")
        expectRefusal(
            place, "text",
            "file is not a database; not an archive, or damaged: check the name, or restore a backup")
    }

    @Test func anotherSQLiteFileIsRefused() {
        let place = Workplace()
        #expect(place.sqlite("CREATE TABLE t(x); INSERT INTO t VALUES (1)", file: "other.db").ending == .exit(0))
        expectRefusal(place, "other.db", "not an xsarchive archive; check the name")
    }

    @Test func anArchiveOfANewerSchemaIsRefused() {
        let place = Workplace()
        expectDone(place.run("import", "-a", "newer.db", tiny))
        let version = place.sqlite("PRAGMA user_version", file: "newer.db").text.dropLast()
        #expect(place.sqlite("PRAGMA user_version = 99", file: "newer.db").ending == .exit(0))
        expectRefusal(
            place, "newer.db",
            "the archive has schema version 99, this xsarchive supports \(version); use the xsarchive that wrote it")
    }

    @Test(arguments: readers) func aMissingArchiveIsNotMade(_ command: [String]) {
        let place = Workplace()
        expectFailure(
            place.run(command), 2,
            "xsarchive.db: no such archive; create it with 'xsarchive import', or give another with -a or XSARCHIVE")
        #expect(place.names == [])
    }

    @Test(arguments: readers + [["import", tiny]]) func aDeviceIsRefused(_ command: [String]) {
        expectFailure(
            Workplace().run(command + ["-a", "/dev/null"]), 2,
            "/dev/null: is not a regular file; give the name of an archive")
    }

    @Test func aDirectoryIsNoWorkspace() {
        let place = Workplace()
        expectFailure(
            place.run("build", ".", "-o", "out"), 2,
            ".: is a directory, not an xsarchive workspace; create one with 'xsarchive checkout'")
        #expect(place.names == [])
    }

    @Test func aDirectoryIsRefused() {
        let place = Workplace()
        expectFailure(
            place.run("images", "-a", "."), 2, containing: [".: is a directory; give the name of the archive in it"])
        expectFailure(
            place.run("import", "-a", ".", tiny), 2,
            containing: [".: is a directory; give the name of the archive in it"])
        expectFailure(
            place.run("import", "-a", "none/x.db", tiny), 2,
            containing: ["none/x.db: cannot create the archive: No such file or directory"])
        #expect(place.names == [])
    }

    @Test(arguments: readers) func aTruncatedArchiveIsTrouble(_ command: [String]) {
        let place = Workplace()
        let whole = Files.read(SharedArchive.path)
        place.write(Array(whole[..<(whole.count / 3)]), "short.db")
        let before = place.bytes("short.db")
        expectFailure(place.run(command + ["-a", "short.db"]), 2, containing: ["short.db: ", "restore a backup"])
        expectBytes(place.bytes("short.db"), before)
        #expect(place.names == ["short.db"])
    }
}
