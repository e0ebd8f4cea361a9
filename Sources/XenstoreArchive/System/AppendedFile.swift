import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file that only grows, and of which the first bytes are known to be complete.
package final class AppendedFile {
    private let path: String
    private let descriptor: Int32
    /// The bytes of the file.
    package private(set) var size: Int

    /// Opens a file for appending, or creates it; only its owner may read a new one.
    /// - Throws: `ArchiveError` if that fails, or if another process has it open in this way.
    package init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileIO.failure(path, "cannot open the file") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ArchiveError(.file, "\(path): is not a regular file; give another directory")
        }
        size = Int(status.st_size)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ArchiveError(.file, "\(path): another process writes to it; try again when it has ended")
        }
    }

    deinit {
        close(descriptor)
    }

    /// All bytes of the file.
    /// - Throws: `ArchiveError` if they cannot be read.
    package func contents() throws -> [UInt8] {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileIO.failure(path, "cannot read the file") }
        return try FileIO.readRest(descriptor, named: path, expected: size)
    }

    /// Removes what follows the first `count` bytes.
    /// - Throws: `ArchiveError` if that fails.
    package func truncate(to count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw FileIO.failure(path, "cannot shorten the file") }
        size = count
    }

    /// Appends bytes.
    /// - Throws: `ArchiveError` if they cannot be written.
    package func append(_ bytes: Octets) throws {
        try FileIO.write(bytes, to: descriptor, named: path)
        size += bytes.count
    }

    /// Waits until the file is on the disk.
    /// - Throws: `ArchiveError` if that fails.
    package func sync() throws {
        guard fsync(descriptor) == 0 else { throw FileIO.failure(path, "writing failed") }
    }
}
