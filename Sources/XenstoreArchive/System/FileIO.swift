import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Files through the calls of the operating system, with errors that name the file.
package enum FileIO {
    /// - Throws: `ArchiveError` with code `usage` if the name is empty: no message could name it.
    static func requireName(_ path: String, of what: String = "file") throws {
        if path.isEmpty { throw ArchiveError(.usage, "the name of the \(what) is empty; give its name") }
    }

    /// Opens a file for reading, or takes standard input for `-`, and calls `body` with the
    /// descriptor and the file's status.
    /// - Throws: `ArchiveError` with code `file` if the file cannot be read, or what `body` throws.
    static func reading<Result>(_ path: String, _ body: (Int32, stat) throws -> Result) throws -> Result {
        try requireName(path)
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot open the file") }
        defer { if path != "-" { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "cannot read the file") }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw ArchiveError(.file, "\(path): is a directory; name a file")
        }
        return try body(descriptor, status)
    }

    /// Reads the rest of a file, but at most one byte beyond the limit.
    /// - Parameter expected: the expected number of bytes, if known.
    static func readRest(
        _ descriptor: Int32, named path: String, expected: Int = 1 << 16, limit: Int = .max
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        // With one spare byte, the first read of a file of the stated size also sees its end.
        var chunk = expected < .max ? expected + 1 : expected
        while bytes.count <= limit {
            let start = bytes.count
            let most = limit == .max ? chunk : min(chunk, limit - start + 1)
            var got = 0
            let hasRoom =
                Memory.isAvailable(most)
                && bytes.append(addingCapacity: most) { buffer in
                    got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    return max(got, 0)
                }
            guard hasRoom else { throw Memory.shortage(path, after: start) }
            if got < 0 {
                if errno == EINTR { continue }
                throw failure(path, "reading failed at byte \(start)")
            }
            if got == 0 { break }
            chunk = 1 << 20
        }
        return bytes
    }

    /// The SHA-256 of a regular file, as 64 hexadecimal digits.
    /// - Throws: `ArchiveError` if the file cannot be read.
    static func sha256(_ path: String) throws -> String {
        try reading(path) { descriptor, _ in
            var digest = Digest()
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = pread(descriptor, &buffer, buffer.count, off_t(digest.count))
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw failure(path, "reading failed at byte \(digest.count)") }
                if count == 0 { return digest.hexadecimal() }
                digest.update(buffer[..<count])
            }
        }
    }

    /// Whether this process may write to the file.
    static func isWritable(_ path: String) -> Bool {
        access(path, W_OK) == 0
    }

    /// Whether a file of this name exists.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Whether two names belong to one file.
    package static func isSameFile(_ path: String, _ other: String) -> Bool {
        var (left, right) = (stat(), stat())
        guard stat(path, &left) == 0, stat(other, &right) == 0 else { return false }
        return left.st_dev == right.st_dev && left.st_ino == right.st_ino
    }

    /// Creates an empty file that only its owner may read, unless the file exists.
    /// - Returns: whether the file was created.
    static func createPrivate(_ path: String) throws -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw failure(path, "cannot create the archive")
        }
        close(descriptor)
        return true
    }

    static func remove(_ path: String) {
        unlink(path)
    }

    /// A file's size in bytes; 0 if it does not exist.
    package static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Whether the file exists and is empty.
    package static func isEmpty(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == 0
    }

    /// Makes writing beyond the limit on file sizes an error, as on a full disk, instead of the end
    /// of the process.
    package static func reportFullFiles() {
        signal(SIGXFSZ, SIG_IGN)
    }

    /// An error with the system's message for `errno`, and advice.
    static func failure(_ path: String, _ what: String) -> ArchiveError {
        let number = errno
        let advice =
            switch number {
            case ENOENT: FileTree.advice(path)
            case ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP, EEXIST: "check the name"
            case EACCES, EPERM, EROFS: "check the permissions of the file and its directory"
            case ENOSPC, EDQUOT, EFBIG: "free some space and try again"
            case EPIPE: "its reader has stopped reading"
            default: "check the name, the permissions and the disk"
            }
        return ArchiveError(.file, "\(path): \(what): \(String(cString: strerror(number))); \(advice)")
    }

    /// Creates a file that only its owner may read, and whose name shows that it is not a result.
    /// - Returns: its descriptor, negative if it cannot be created, and its name.
    static func makeTemporary(beside path: String) -> (descriptor: Int32, name: String) {
        var name = Array((path + ".partial-XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        return (descriptor, String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Syncs the directory that has gained or lost a name.
    static func syncFolder(of path: String) {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Writes all `bytes` to standard output.
    /// - Throws: `ArchiveError` if they cannot be written.
    package static func writeStandardOutput(_ bytes: Octets) throws {
        try write(bytes, to: STDOUT_FILENO, named: "standard output")
    }

    static func write(_ bytes: Octets, to descriptor: Int32, named name: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = UnsafeRawBufferPointer(rebasing: rest).withMemoryRebound(to: UInt8.self) {
                    Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
                if written < 0 {
                    if errno == EINTR { continue }
                    throw failure(name, "writing failed")
                }
                rest = rest.dropFirst(written)
            }
        }
    }

    /// Writes to standard error; a failure is ignored, as nothing is left to report it to.
    package static func writeStandardError(_ bytes: Octets) {
        try? write(bytes, to: STDERR_FILENO, named: "standard error")
    }

    /// The files in the same directory whose names begin with the file's name, and whose rest
    /// `isWanted` accepts, in the order of their names.
    package static func neighbours(of path: String, where isWanted: (Substring) -> Bool) -> [String] {
        guard let folder = opendir(folder(of: path)) else { return [] }
        defer { closedir(folder) }
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let base = path[start...]
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(base), isWanted(name.dropFirst(base.count)) { found.append(path[..<start] + name) }
        }
        return found.sorted()
    }

    /// Whether a file begins as a file of SQLite does.
    private static func isDatabase(_ path: String) -> Bool {
        let start = Array("SQLite format 3\0".utf8)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: start.count)
        return pread(descriptor, &bytes, bytes.count, 0) == bytes.count && bytes == start
    }

    /// Checks that a file of this name can be written.
    /// - Throws: `ArchiveError` if the file exists and may not be replaced, is a directory, or has
    ///   the name of a file that SQLite keeps next to a database, and deletes.
    package static func checkReplaceable(_ path: String, overwrite: Bool) throws {
        for suffix in ["-journal", "-wal", "-shm"] where path.hasSuffix(suffix) {
            let database = String(path.dropLast(suffix.count))
            guard isDatabase(database) else { continue }
            throw ArchiveError(
                .usage,
                "\(path): is the name of a file that SQLite keeps next to \(database), and deletes; choose another name"
            )
        }
        if FileTree.isFolder(path) { throw ArchiveError(.file, "\(path): is a directory; name a file") }
        if !overwrite && exists(path) {
            throw ArchiveError(.exists, "\(path): file exists")
        }
    }
}
