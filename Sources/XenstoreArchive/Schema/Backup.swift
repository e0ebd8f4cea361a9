#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A copy of an archive in the same directory, made before its schema is changed.
enum Backup {
    /// Copies the archive byte by byte, while this connection keeps others from writing.
    /// - Returns: the copy's name: that of the archive with `.v2.backup` after it, and a number
    ///   after that if the name is in use.
    /// - Throws: `ArchiveError` if the copy cannot be written; no copy then exists.
    static func make(_ database: Database, version: Int) throws -> String {
        let name = "\(database.path).v\(version).backup"
        // Only its owner may read it, whatever the archive's own permissions are.
        let (descriptor, partial) = FileIO.makeTemporary(beside: name)
        guard descriptor >= 0 else { throw FileIO.failure(name, "cannot create the copy of the archive") }
        defer {
            close(descriptor)
            FileIO.remove(partial)
        }
        // SQLite's own copying changes numbers in the file's header.
        try database.forEachFileBlock { try FileIO.write($0, to: descriptor, named: name) }
        guard fsync(descriptor) == 0 else { throw FileIO.failure(name, "writing the copy of the archive failed") }
        for number in 1...9999 {
            let path = number == 1 ? name : "\(name)-\(number)"
            if link(partial, path) == 0 {
                FileIO.syncFolder(of: path)
                return path
            }
            guard errno == EEXIST else { throw FileIO.failure(path, "cannot name the copy of the archive") }
        }
        throw ArchiveError(.file, "\(name): too many copies of the archive exist; move some of them away")
    }
}
