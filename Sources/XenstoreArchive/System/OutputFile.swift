import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file that appears under its name only when it is complete: written beside it, synced, then renamed.
public final class OutputFile {
    private let path: String
    /// Its name until it is complete; empty while it has none at all.
    private(set) var temporaryPath = ""
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: the name under which it is to appear.
    ///   - overwrite: whether a file of that name may be replaced.
    ///   - withoutName: whether nothing but `write` needs the file before it is complete.
    /// - Throws: `ArchiveError` where the file exists and may not be replaced, or cannot be made.
    public init(path: String, overwrite: Bool, withoutName: Bool = false) throws {
        try FileIO.checkReplaceable(path, overwrite: overwrite)
        // A symbolic link stays one: its target is what is replaced.
        let path = try Self.target(path)
        self.path = path
        // Without a name nothing is left of it, however this process ends. Only its owner may read it.
        let unnamed = withoutName ? open(FileIO.folder(of: path), Self.withoutName | O_WRONLY | O_CLOEXEC, 0o600) : -1
        if unnamed >= 0 {
            descriptor = unnamed
            return
        }
        // Some file systems have no such files.
        let (descriptor, name) = FileIO.makeTemporary(beside: path)
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw FileIO.failure(path, "cannot make the file") }
        temporaryPath = name
    }

    /// O_TMPFILE of Linux.
    private static let withoutName = 0o20000000 | O_DIRECTORY

    public func write(_ bytes: Octets) throws {
        try FileIO.write(bytes, to: descriptor, named: path)
    }

    /// Makes the file appear under its name, for good: the bytes and the name are on the disk when this returns.
    /// - Parameter overwrite: false: fails where a file of that name has appeared meanwhile.
    public func commit(overwrite: Bool) throws {
        guard fsync(descriptor) == 0 else { throw FileIO.failure(path, "writing failed") }
        if !overwrite {
            guard link(as: path) else { throw FileIO.failure(path, "cannot name the finished file") }
        } else {
            if temporaryPath.isEmpty {
                // A name that nobody has, and that a file made for a moment keeps free.
                let (reserved, name) = FileIO.makeTemporary(beside: path)
                guard reserved >= 0 else { throw FileIO.failure(path, "cannot name the finished file") }
                close(reserved)
                unlink(name)
                guard link(as: name) else { throw FileIO.failure(path, "cannot name the finished file") }
                temporaryPath = name
            }
            guard rename(temporaryPath, path) == 0 else {
                throw FileIO.failure(path, "cannot rename the finished file")
            }
            temporaryPath = ""
        }
        FileIO.syncFolder(of: path)
    }

    private func link(as name: String) -> Bool {
        if !temporaryPath.isEmpty { return Glibc.link(temporaryPath, name) == 0 }
        return linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
    }

    deinit {
        close(descriptor)
        if !temporaryPath.isEmpty { unlink(temporaryPath) }
    }

    /// The regular file that `path` names or is to name.
    static func target(_ path: String) throws -> String {
        var status = stat()
        guard !path.isEmpty, path.utf8.last != ASCII.slash else {
            throw ArchiveError(.file, "\(path): this names no file; write a file's name")
        }
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ArchiveError(
                .file, "\(path): is no regular file; write to it through standard output, with -o - and '>'")
        }
        guard let resolved = realpath(path, nil) else { throw FileIO.failure(path, "cannot resolve the name") }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
