import ArchiveTestSupport
import FaultVFS
import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreAnalysis
@testable import XenstoreArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The disk fails under SQLite while an image is rebuilt from an archive and stored in it. The
/// archive stays intact, and a second attempt works. FAULTS=all tries every operation; otherwise
/// some of them are tried.
@Suite struct RebuildFaultTests {
    /// Which operations fail (as in fault.h), and whether all after the first also fail, or report
    /// a full disk.
    private static let modes: [(name: String, mask: Int32, isLasting: Int32, isFull: Int32)] = [
        ("reads fail", 1, 0, 0), ("writes fail", 2, 0, 0), ("the disk is full", 2, 0, 1), ("syncs fail", 4, 0, 0),
        ("truncating, opening and deleting fail", 8 | 16 | 32, 0, 0), ("the disk is gone", 63, 1, 0),
    ]

    /// Rebuilds the archive's first image without sockets, keeps the result, and writes it to a
    /// file.
    private func rebuild(_ path: String) throws {
        let archive = try Archive.openOrCreate(path, vfs: "fault")
        var plan = Rebuild()
        plan.edits = [.drop(.sockets)]
        let stream = try plan.run(ImageSource(archive, archive.image(id: 1)))
        try Importer(archive).store(
            stream.image, label: ImageLabel(name: "rebuilt"), from: Provenance(.rebuild, source: "@1", note: nil))
        let file = try OutputFile(path: path + ".out", overwrite: true)
        try file.write(stream.image.file[...])
        try file.commit(overwrite: true)
    }

    /// The images by name, after all of them and the custody log are verified.
    private func contents(_ path: String) throws -> [String: [UInt8]] {
        let (images, problems) = try Archive.open(path).provedImages()
        #expect(problems == [])
        return images
    }

    @Test(arguments: modes.indices) func theArchiveIsWholeWhicheverOperationFailsUnderARebuild(_ index: Int) throws {
        try #require(fault_register() == 0)
        let mode = Self.modes[index]
        let folder = TemporaryFolder()
        let path = folder.file("a.db")
        try Importer(Archive.openOrCreate(path)).store(
            ScannedImage(bytes: Fixtures.bytes("xen-4.17-tiny.bin")), label: ImageLabel(name: "tiny"))
        let start = Files.read(path)
        let before = try contents(path)
        func reset() {
            for name in Files.list(folder.path) { unlink(folder.file(name)) }
            Files.write(start, path)
        }
        reset()
        fault_plan(mode.mask, 0, 0, 0)
        try rebuild(path)
        let count = fault_count()
        fault_plan(0, 0, 0, 0)
        let after = try contents(path)
        let result = Files.read(path + ".out")
        #expect(after.count == 2 && after["rebuilt"] == result)
        let walksAll = getenv("FAULTS").map { String(cString: $0) } == "all"
        var failed = 0
        for n in stride(from: 1, through: count, by: walksAll ? 1 : max(1, count / 4)) {
            reset()
            fault_plan(mode.mask, n, mode.isLasting, mode.isFull)
            var failure: (any Error)?
            do { try rebuild(path) } catch { failure = error }
            fault_plan(0, 0, 0, 0)
            let context = "\(mode.name), operation \(n) of \(count): \(failure.map { "\($0)" } ?? "no error")"
            if let failure {
                failed += 1
                #expect(failure is ArchiveError, "\(context)")
            }
            let found = try contents(path)
            #expect(found == before || found == after, "\(context)")
            if failure == nil { #expect(found == after, "\(context)") }
            if Files.exists(path + ".out") { #expect(Files.read(path + ".out") == result, "\(context)") }
            try rebuild(path)
            #expect(try contents(path) == after && Files.read(path + ".out") == result, "\(context), repeated")
        }
        #expect(count > 0 && failed > 0)
        if walksAll {
            print("faults: rebuild: \(mode.name): \(count) operations failed in turn, \(failed) ended in an error")
        }
    }
}
