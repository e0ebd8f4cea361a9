import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file that a daemon writes its state to.
struct StateFile {
    let path: String

    /// The most bytes that are read.
    private static let longest = 1 << 32

    /// What distinguishes one writing of a file from the next.
    struct Stamp: Equatable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
        /// Whether it is a regular file.
        var isFile: Bool
    }

    /// Nil if there is no such file.
    var stamp: Stamp? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return Stamp(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec, isFile: status.st_mode & S_IFMT == S_IFREG)
    }

    /// Makes an empty file that only its owner may read.
    func create() throws(DaemonStateError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path, errno) }
        close(descriptor)
    }

    /// Gives the file a second name.
    func link(to other: String) throws(DaemonStateError) {
        #if canImport(Musl)
        let result = Musl.link(path, other)
        #else
        let result = Glibc.link(path, other)
        #endif
        guard result == 0 else { throw .file(other, errno) }
    }

    /// Removes the name, if it is there.
    func remove() {
        unlink(path)
    }

    /// The whole content.
    func read() throws(DaemonStateError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .file(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while bytes.count < Self.longest {
            #if canImport(Musl)
            let count = Musl.read(descriptor, &chunk, chunk.count)
            #else
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            #endif
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw .file(path, errno)
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        throw .file(path, EFBIG)
    }
}
