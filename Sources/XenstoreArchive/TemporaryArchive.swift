#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A copy of an archive, brought up to date, that exists as long as this object.
final class TemporaryArchive {
    let archive: Archive
    /// The schema version of the original.
    let version: Int
    private let path: String

    /// - Parameters:
    ///   - original: an archive of an earlier schema, which has been checked.
    ///   - target: the file next to which the copy is put.
    init(_ original: Database, beside target: String) throws {
        let (descriptor, name) = FileIO.makeTemporary(beside: target)
        guard descriptor >= 0 else { throw FileIO.failure(target, "cannot create a file next to it") }
        close(descriptor)
        path = name
        do {
            try original.copy(to: name)
            let database = try Database(path: Archive.fileName(name), mode: .write)
            let version = try SchemaCheck.version(database)
            self.version = version
            try database.execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF")
            try database.transaction {
                try Migration.run(database)
                try SeriesSteps(database).computeAll()
                if version < Upgrade.extents { try Upgrade.addUpNodes(database, from: version) }
            }
            try SchemaCheck.checkForReading(database)
            archive = Archive(database)
        } catch {
            Self.remove(name)
            throw error
        }
    }

    deinit {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-journal"] { FileIO.remove(path + suffix) }
    }
}
