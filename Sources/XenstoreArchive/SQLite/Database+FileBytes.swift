import CSQLite
import XenstoreStream

extension Database {
    /// Calls `body` with the bytes of the archive's file in order, in blocks, read through SQLite's
    /// own descriptor: opening and closing the file in another way would release SQLite's locks on
    /// it. The caller is in a transaction, so that no one writes meanwhile.
    /// - Throws: `ArchiveError` if the file cannot be read, or what `body` throws.
    func forEachFileBlock(_ body: (Octets) throws -> Void) throws {
        var pointer: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &pointer) == SQLITE_OK,
            let file = pointer,
            let methods = file.pointee.pMethods?.pointee, let size = methods.xFileSize, let read = methods.xRead
        else {
            throw ArchiveError(.database, "\(path): cannot copy the archive; copy the file while nothing uses it")
        }
        var rest: Int64 = 0
        guard size(file, &rest) == SQLITE_OK else {
            throw FileIO.failure(path, "reading the archive for its copy failed")
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var offset: Int64 = 0
        while rest > 0 {
            let count = Int32(min(rest, Int64(buffer.count)))
            guard read(file, &buffer, count, offset) == SQLITE_OK else {
                throw FileIO.failure(path, "reading the archive for its copy failed")
            }
            try body(buffer[..<Int(count)])
            (rest, offset) = (rest - Int64(count), offset + Int64(count))
        }
    }
}
