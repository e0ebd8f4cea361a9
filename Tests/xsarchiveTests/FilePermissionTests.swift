import TestSupport
import Testing
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Images contain passwords: only the owner can read what the program writes, whatever the umask.
@Suite struct FilePermissionTests {
    @Test func archivesAndExportsAreForTheirOwnerOnly() {
        let place = Workplace()
        expectDone(place.shell("umask 000; exec \"$0\" import \"$1\" >/dev/null", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.shell("umask 000; exec \"$0\" export @1 -o out"))
        #expect(Files.permissions(place.file("xsarchive.db")) == 0o600)
        #expect(Files.permissions(place.file("out")) == 0o600)
        // Overwrites a file that all users can read.
        chmod(place.file("out"), 0o666)
        expectDone(place.shell("umask 000; exec \"$0\" export @1 -o out --force"))
        #expect(Files.permissions(place.file("out")) == 0o600)
        expectDone(place.shell("umask 000; exec \"$0\" remove @1 >/dev/null"))
        #expect(Files.permissions(place.file("xsarchive.db")) == 0o600)
    }

    /// SQLite's journal next to the archive contains pages of it.
    @Test func theJournalIsForItsOwnerOnly() throws {
        let place = Workplace()
        var generator = StreamGenerator(seed: 9, format: StreamFormat(layout: .v1))
        for number in 0..<2 { place.write(try generator.stream(connections: 20, nodes: 3000), "\(number).bin") }
        expectDone(place.shell("umask 000; exec \"$0\" import 0.bin >/dev/null"))
        var seen: Set<Int> = []
        for _ in 0..<6 where seen.isEmpty {
            let running = place.start(["import", "1.bin", "--series", "\(seen.count)"])
            for _ in 0..<4000 {
                let bits = Files.permissions(place.file("xsarchive.db-journal"))
                if bits >= 0 { seen.insert(bits) }
                usleep(200)
                if !seen.isEmpty { break }
            }
            expectDone(running.outcome())
            #expect(place.run("remove", "@latest").ending == .exit(0))
        }
        #expect(seen == [0o600])
    }
}
