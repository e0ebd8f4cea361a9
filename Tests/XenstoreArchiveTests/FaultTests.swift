import ArchiveTestSupport
import FaultVFS
import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The disk fails below SQLite, at every single operation in turn: the archive stays intact, and
/// the same work then succeeds.
///
/// FAULTS=all (`make reliability`) tries every operation; otherwise the first, some in the middle
/// and the last are tried.
@Suite struct FaultTests {
    /// The ways in which operations fail.
    struct Mode: Sendable, CustomTestStringConvertible {
        let name: String
        let mask: Int32
        /// The disk is gone, or the process is dead: all operations after the failing one fail,
        /// too.
        var isLasting = false
        var isFull = false

        var testDescription: String { name }

        static let all = [
            Mode(name: "writes fail", mask: 2), Mode(name: "the disk is full", mask: 2, isFull: true),
            Mode(name: "syncs fail", mask: 4),
            Mode(name: "reads fail", mask: 1), Mode(name: "truncating, opening and deleting fail", mask: 8 | 16 | 32),
            Mode(name: "the disk is gone", mask: 63, isLasting: true),
        ]
    }

    /// The work on an archive of two images while operations fail.
    enum Work: String, CaseIterable, Sendable {
        case firstImport, nextImport, observation, removal, upgrade, export, verify

        var isReading: Bool { self == .export || self == .verify }
    }

    private static let walksAll = getenv("FAULTS").map { String(cString: $0) } == "all"
    private static let isRegistered = fault_register() == 0

    /// Three images of one chain, by their numbers from 1 on.
    private static let images: [[UInt8]] = {
        var generator = StreamGenerator(seed: 61, format: StreamFormat(layout: .v1))
        var bodies = generator.bodies(connections: 3, nodes: 60)
        return (1...3).compactMap { _ in
            bodies.removeSubrange(20..<24)
            bodies += generator.bodies(connections: 1, nodes: 5).suffix(5)
            return try? generator.encode(bodies)
        }
    }()

    private static func image(_ number: Int) throws -> ScannedImage {
        try ScannedImage(bytes: images[number - 1])
    }

    private static func label(_ number: Int) -> ImageLabel {
        ImageLabel(name: "\(number)", series: "host7")
    }

    /// The bytes of the archive before; empty if there is none.
    private static func start(_ work: Work) throws -> [UInt8] {
        switch work {
        case .firstImport: return []
        case .upgrade: return Fixtures.bytes("archives/v001.db")
        default:
            let fixture = try ArchiveFixture()
            for number in 1...2 { try Importer(fixture.archive).store(image(number), label: label(number)) }
            return Files.read(fixture.path)
        }
    }

    private static func run(_ work: Work, _ path: String) throws {
        let archive =
            work.isReading ? try Archive.open(path, vfs: "fault") : try Archive.openOrCreate(path, vfs: "fault")
        switch work {
        case .firstImport: try Importer(archive).store(image(1), label: label(1))
        case .nextImport: try Importer(archive).store(image(3), label: label(3))
        case .observation: try Importer(archive).store(image(1), label: label(9))
        case .removal: try Remover(archive).remove([archive.image(id: 1)])
        case .upgrade: break
        case .export: try Exporter(archive).export(archive.image(id: 2), toFile: path + ".out", overwrite: false)
        case .verify:
            var problems: [String] = []
            try Verifier(archive).run { if let problem = $0.problem { problems.append(problem) } }
            if let problem = problems.first { throw ArchiveError(.damaged, problem) }
        }
    }

    /// The images in the archive, none if there is no archive; nil if it still has an earlier
    /// schema.
    private static func contents(_ path: String) throws -> [String: [UInt8]]? {
        guard Files.exists(path), !Files.read(path).isEmpty else { return [:] }
        let archive: Archive
        do {
            archive = try Archive.open(path)
        } catch let error as ArchiveError where error.code == .oldSchema {
            return nil
        } catch let error as ArchiveError where error.code == .notAnArchive && Files.read(path).isEmpty {
            // A file that was rolled back to nothing is not an archive, either.
            return [:]
        }
        let (images, problems) = try archive.provedImages()
        #expect(problems == [])
        return images
    }

    @Test(arguments: Work.allCases, Mode.all) func theArchiveIsWholeWhicheverOperationFails(
        _ work: Work, _ mode: Mode
    ) throws {
        try #require(Self.isRegistered)
        let start = try Self.start(work)
        let folder = TemporaryFolder()
        let path = folder.file("a.db")
        func reset() {
            for name in Files.list(folder.path) { unlink(folder.file(name)) }
            if !start.isEmpty { Files.write(start, path) }
        }
        // The number of operations, and the result if none fails.
        reset()
        let before = try Self.contents(path)
        reset()
        fault_plan(mode.mask, 0, 0, 0)
        try Self.run(work, path)
        let count = fault_count()
        fault_plan(0, 0, 0, 0)
        let after = try Self.contents(path)
        // Each operation if all are to be tried, otherwise some, always with the first and the last
        // ones.
        let step = Self.walksAll ? 1 : max(1, count / 2)
        let numbers = Set(stride(from: 1, through: count, by: Int(step))).union([max(1, count)]).filter { $0 <= count }
        var failed = 0
        for n in numbers.sorted() {
            reset()
            fault_plan(mode.mask, n, mode.isLasting ? 1 : 0, mode.isFull ? 1 : 0)
            var failure: (any Error)?
            do { try Self.run(work, path) } catch { failure = error }
            fault_plan(0, 0, 0, 0)
            if failure != nil { failed += 1 }
            let context =
                "\(work.rawValue), \(mode.name), operation \(n) of \(count): \(failure.map { "\($0)" } ?? "no error")"
            if let failure { #expect(failure is ArchiveError, "\(context)") }
            let found = try Self.contents(path)
            // Failed work may be done nevertheless, if only cleaning up failed; work that is done
            // must not be lost.
            #expect(found == before || found == after, "\(context)")
            if failure == nil && !work.isReading { #expect(found == after, "\(context)") }
            if Files.exists(path + ".out") {
                #expect(failure == nil && Files.read(path + ".out") == Self.images[1], "\(context)")
            }
            // The same work again, on what is left.
            if work == .export { unlink(path + ".out") }
            if work != .removal || found == before { try Self.run(work, path) }
            #expect(try Self.contents(path) == after, "\(context), repeated")
        }
        // A plan in which nothing fails would prove nothing.
        if count > 0 { #expect(failed > 0) }
        Self.report(work, mode, tried: numbers.count, of: Int(count), failed: failed)
    }

    /// For docs/reliability.md: what `make reliability` has tried.
    private static func report(_ work: Work, _ mode: Mode, tried: Int, of count: Int, failed: Int) {
        guard walksAll else { return }
        print(
            "faults: \(work.rawValue): \(mode.name): \(tried) of \(count) operations "
                + "failed in turn, \(failed) ended in an error"
        )
    }
}
