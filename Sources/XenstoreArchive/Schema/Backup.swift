import CSQLite

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
        try copy(database, to: descriptor, named: name)
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

    /// Copies the bytes through SQLite's own descriptor: opening and closing the file in another
    /// way would release SQLite's locks on it, and SQLite's own copying changes numbers in the
    /// file's header.
    private static func copy(_ database: Database, to descriptor: Int32, named name: String) throws {
        var pointer: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(database.handle, "main", SQLITE_FCNTL_FILE_POINTER, &pointer) == SQLITE_OK,
            let file = pointer,
            let methods = file.pointee.pMethods?.pointee, let size = methods.xFileSize, let read = methods.xRead
        else {
            throw ArchiveError(
                .database, "\(database.path): cannot copy the archive; make a copy by hand, then upgrade the copy")
        }
        var rest: Int64 = 0
        guard size(file, &rest) == SQLITE_OK else {
            throw FileIO.failure(database.path, "reading the archive for its copy failed")
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var offset: Int64 = 0
        while rest > 0 {
            let count = Int32(min(rest, Int64(buffer.count)))
            guard read(file, &buffer, count, offset) == SQLITE_OK else {
                throw FileIO.failure(database.path, "reading the archive for its copy failed")
            }
            try FileIO.write(buffer[..<Int(count)], to: descriptor, named: name)
            (rest, offset) = (rest - Int64(count), offset + Int64(count))
        }
    }
}
