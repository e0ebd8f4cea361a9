import ArchiveSQL
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Another archive, whose images and logs are to be merged: verified, and unchanged for as long as
/// this exists.
///
/// It is only read. An archive of an earlier schema is copied, and the copy is upgraded.
public final class MergeSource {
    /// The archive, or its upgraded copy.
    public let archive: Archive
    /// The name under which it was opened.
    public let path: String
    /// The hash of the last entry of its custody log; `CustodyEntry.beginning` if there is none.
    let head: String
    /// How many entries its custody log has.
    let entryCount: Int
    /// Its schema version.
    let version: Int
    /// The entries of images that were made from other images, by the images' ids.
    let rebuilds: [Int64: CustodyEntry]
    private let copy: TemporaryArchive?

    /// Opens and verifies the other archive.
    /// - Parameters:
    ///   - path: the other archive.
    ///   - target: the archive into which it is merged; a copy is next to it while it is needed.
    /// - Throws: `ArchiveError` if it is the same file, not an archive, of a newer schema, or does
    ///   not verify.
    public init(_ path: String, into target: String) throws {
        guard !FileIO.isSameFile(path, target) else { throw ArchiveError(.usage, "\(path): is the archive itself") }
        self.path = path
        do {
            archive = try Archive.open(path)
            copy = nil
        } catch let error as ArchiveError where error.code == .oldSchema || error.code == .oldViews {
            let original = try Database(path: Archive.fileName(path), mode: .read)
            _ = try SchemaCheck.checkForWriting(original)
            let temporary = try TemporaryArchive(original, beside: target)
            (archive, copy) = (temporary.archive, temporary)
        }
        version = copy?.version ?? ArchiveSQL.schemaVersion
        let log = CustodyLog(archive)
        (head, entryCount) = try (log.lastEntry()?.hash ?? CustodyEntry.beginning, log.entries().count)
        // The images of an archive from before the custody log have no entries, which would not
        // verify. The copy gets some; they are not merged.
        if entryCount == 0, copy != nil { try log.appendFoundImages(from: version) }
        rebuilds = try log.rebuilds()
        try archive.database.execute("BEGIN")
        try Verifier(archive).run { result in
            guard let problem = result.problem else { return }
            throw ArchiveError(
                .damaged,
                "\(path): \(result.subject): \(problem); an archive that does not verify is not merged")
        }
    }

    deinit {
        try? archive.database.execute("ROLLBACK")
    }

    /// The entries of its custody log.
    func entries() throws -> ArraySlice<CustodyEntry> {
        try CustodyLog(archive).entries().prefix(entryCount)
    }
}
