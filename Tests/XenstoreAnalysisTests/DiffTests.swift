import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Real images and what is known of them.
@Suite struct DiffTests {
    static let pairs = [
        ("xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"), ("xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin"),
        ("xen-4.17-tiny.bin", "xen-4.17-small.bin"), ("xen-4.22-tiny.bin", "xen-4.22-small.bin"),
        ("xen-4.20-small.bin", "xen-4.22-small.bin"),
    ]

    private func diff(_ old: String, _ new: String) throws -> Diff {
        try Diff(try Images.fixture(old), try Images.fixture(new))
    }

    @Test func aNodeGoesAndFourChangeFromTheFirstOfTheSequenceToTheSecond() throws {
        let diff = try diff("xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin")
        #expect(!diff.isIdentical)
        #expect(diff.count(.added, .node, .perms) == 0)
        #expect(diff.count(.removed, .node, .perms) == 1)
        #expect(diff.count(.changed, .node, .perms) == 4)
    }

    @Test func guestsGoAndComeFromTheSecondOfTheSequenceToTheThird() throws {
        let diff = try diff("xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin")
        #expect(diff.count(.removed, .node, .perms) == 374)
        #expect(diff.count(.added, .node, .perms) == 373)
        #expect(diff.count(.changed, .node, .perms) == 23)
    }

    @Test(arguments: Fixtures.cleanNames) func anImageDoesNotDifferFromItself(_ name: String) throws {
        let diff = try diff(name, name)
        #expect(diff.isIdentical)
        #expect(diff.changes.isEmpty)
    }

    @Test(arguments: Fixtures.cleanNames) func otherConnIDsAreNoChange(_ name: String) throws {
        let image = try Images.fixture(name)
        var bodies = try Images.bodies(image)
        bodies += [transaction(1, tx: 7), pendingNode(1, tx: 7, "/pending", "x")]
        let last = UInt32(bodies.count { if case .connection = $0 { true } else { false } })
        let old = try Images.encode(bodies, image.format)
        let new = try Images.encode(bodies.map { $0.renumbered { last + 1 - $0 } }, image.format)
        let diff = try Diff(try Images.source(old), try Images.source(new))
        #expect(diff.isIdentical == (old == new))
        #expect(diff.lines == [])
        #expect(last < 2 || old != new, "the images are the same, so the test has shown nothing")
    }

    @Test(arguments: Fixtures.cleanNames) func anotherOrderOfTheRecordsIsTheOnlyChange(_ name: String) throws {
        let image = try Images.fixture(name)
        let bodies = try Images.bodies(image)
        let diff = try Diff(image, try Images.source(try Images.encode(bodies.reversed(), image.format)))
        #expect(!diff.isIdentical)
        #expect(diff.lines.map { $0.prefix(13) } == ["changed order"])
    }

    @Test(arguments: pairs) func anArchivedImageDiffersAsItsFileDoes(_ old: String, _ new: String) throws {
        let archive = try Archive.inMemory()
        let (oldFile, newFile) = (try Images.fixture(old), try Images.fixture(new))
        let oldArchived = try Images.archived(Fixtures.bytes(old), in: archive)
        let newArchived = try Images.archived(Fixtures.bytes(new), in: archive)
        let expected = try Diff(oldFile, newFile).lines
        #expect(!expected.isEmpty)
        #expect(try Diff(oldArchived, newArchived).lines == expected)
        #expect(try Diff(oldFile, newArchived).lines == expected)
        #expect(try Diff(oldArchived, oldFile).isIdentical)
    }

    @Test(arguments: pairs) func theOtherDirectionIsTheMirrorImage(_ old: String, _ new: String) throws {
        let forth = try diff(old, new).changes.map { ChangeLine($0).mirrored.text }
        let back = try diff(new, old).changes.map { ChangeLine($0).mirrored.mirrored.text }
        #expect(!forth.isEmpty)
        #expect(forth.sorted() == back.sorted())
    }
}
