import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file that appears under its name only when it is complete: it is written in the same
/// directory, synced, then renamed.
package final class OutputFile {
    private let path: String
    /// The file's name until it is complete; empty while it has no name.
    private(set) var temporaryPath = ""
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: the name of the complete file.
    ///   - overwrite: whether a file of that name may be replaced.
    ///   - withoutName: whether only `write` needs the file before it is complete.
    /// - Throws: `ArchiveError` if the file exists and may not be replaced, or cannot be created.
    package init(path: String, overwrite: Bool, withoutName: Bool = false) throws {
        try FileIO.checkReplaceable(path, overwrite: overwrite)
        // A symbolic link stays: its target is replaced.
        let path = try Self.target(path)
        self.path = path
        // A file without a name leaves nothing, however this process ends. Only its owner may read
        // it.
        let unnamed = withoutName ? open(FileIO.folder(of: path), Self.withoutName | O_WRONLY | O_CLOEXEC, 0o600) : -1
        if unnamed >= 0 {
            descriptor = unnamed
            return
        }
        // Some file systems have no files without a name.
        let (descriptor, name) = FileIO.makeTemporary(beside: path)
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw FileIO.failure(path, "cannot create the file") }
        temporaryPath = name
    }

    /// O_TMPFILE of Linux.
    private static let withoutName = 0o20000000 | O_DIRECTORY

    /// Appends bytes to the file.
    /// - Throws: `ArchiveError` if they cannot be written.
    package func write(_ bytes: Octets) throws {
        try FileIO.write(bytes, to: descriptor, named: path)
    }

    /// Gives the file its name. The bytes and the name are on the disk when this returns.
    /// - Parameter overwrite: if false, this fails if a file of that name has appeared meanwhile.
    /// - Throws: `ArchiveError` if the file cannot be synced or named.
    package func commit(overwrite: Bool) throws {
        guard fsync(descriptor) == 0 else { throw FileIO.failure(path, "writing failed") }
        if !overwrite {
            guard link(as: path) else { throw FileIO.failure(path, "cannot name the finished file") }
        } else {
            if temporaryPath.isEmpty {
                // An unused name: a temporary file reserves it until here.
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

    /// The regular file that `path` names, with symbolic links resolved; `path` itself if it is
    /// new.
    static func target(_ path: String) throws -> String {
        var status = stat()
        try FileIO.requireName(path)
        guard path.utf8.last != ASCII.slash else {
            throw ArchiveError(.file, "\(path): not a file name; give the name of a file")
        }
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ArchiveError(
                .file, "\(path): not a regular file; use -o - and '>'")
        }
        guard let resolved = realpath(path, nil) else { throw FileIO.failure(path, "cannot resolve the name") }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
