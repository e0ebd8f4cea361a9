import TestSupport
import XenstoreStream

@testable import XenstoreArchive

/// An archive in a directory that is deleted with this value.
final class ArchiveFixture {
    let folder = TemporaryFolder()
    let archive: Archive

    var path: String {
        folder.file("test.db")
    }

    init() throws {
        archive = try Archive.openOrCreate(folder.file("test.db"))
    }

    @discardableResult
    func store(
        _ bytes: [UInt8], _ name: String = "image", series: String = "main", layout: Layout? = nil,
        keys: OrderKeys = .standard, at time: String? = nil
    ) throws -> Importer.Outcome {
        let image = try ScannedImage(bytes: bytes, layout: layout)
        return try Importer(archive, keys: keys).store(
            image, label: ImageLabel(name: name, series: series, capturedAt: time))
    }

    func bytes(ofImage id: Int64) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try archive.export(archive.image(id: id)) { bytes += $0 }
        return bytes
    }

    func count(_ sql: String) throws -> Int64 {
        try archive.database.integer(sql) ?? -1
    }

    func strings(_ sql: String) throws -> [String] {
        let rows = try archive.database.prepare(sql)
        var result: [String] = []
        while try rows.step() { result.append(rows.string(0)) }
        return result
    }

    /// The problems that `verify` would report.
    func problems() throws -> [String] {
        var problems: [String] = []
        try Verifier(archive).run { if let problem = $0.problem { problems.append("\($0.subject): \(problem)") } }
        return problems
    }
}

extension [UInt8] {
    /// The number of times a sequence of bytes occurs.
    func occurrences(of pattern: [UInt8]) -> Int {
        guard let first = pattern.first, count >= pattern.count else { return 0 }
        var found = 0
        for start in 0...(count - pattern.count) where self[start] == first {
            if self[start..<start + pattern.count].elementsEqual(pattern) { found += 1 }
        }
        return found
    }
}
