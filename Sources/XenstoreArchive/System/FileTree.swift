#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The files of a directory and of all directories in it.
package enum FileTree {
    /// One entry of a directory.
    package enum Entry {
        /// A regular file, by its path relative to the directory.
        case file(String)
        /// An entry that cannot hold an image, by its path relative to the directory, and what it
        /// is.
        case other(String, what: String)
        /// An entry that could not be examined.
        case failure(ArchiveError)
    }

    /// Whether the path names a directory.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether the path names a regular file; `-` is standard input.
    package static func isRegular(_ path: String) -> Bool {
        var status = stat()
        let code = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
        return code == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether two names belong to one file.
    package static func isSameFile(_ path: String, _ other: String) -> Bool {
        FileIO.isSameFile(path, other)
    }

    /// All entries below a directory, in the order of their names, byte by byte. Links to
    /// directories are not followed.
    package static func entries(of folder: String) -> [Entry] {
        entries(folder, below: "")
    }

    private static func entries(_ folder: String, below prefix: String) -> [Entry] {
        let names: [String]
        do { names = try self.names(folder) } catch { return [.failure(error)] }
        var entries: [Entry] = []
        for name in names {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else {
                entries.append(.failure(FileIO.failure(path, "cannot look at the file")))
                continue
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                entries += self.entries(path, below: prefix + name + "/")
                continue
            }
            let isLink = status.st_mode & S_IFMT == S_IFLNK
            if isLink, stat(path, &status) != 0 {
                entries.append(.other(prefix + name, what: "a link to a missing file"))
            } else if status.st_mode & S_IFMT == S_IFREG {
                entries.append(.file(prefix + name))
            } else {
                let what = isLink ? "a link to a directory or a device" : "a pipe, a socket or a device"
                entries.append(.other(prefix + name, what: what))
            }
        }
        return entries
    }

    private static func names(_ folder: String) throws(ArchiveError) -> [String] {
        guard let directory = opendir(folder) else { throw FileIO.failure(folder, "cannot open the directory") }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileIO.failure(folder, "cannot read the directory") }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The size of a regular file, or of all regular files in a directory, in bytes. What cannot be
    /// examined counts as 0. A floating-point number, as the sizes of sparse files may add up to
    /// anything.
    package static func size(_ path: String) -> Double {
        guard !isFolder(path) else {
            return entries(of: path).reduce(0.0) { sum, entry in
                if case .file(let name) = entry { sum + size(path + "/" + name) } else { sum }
            }
        }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Double(status.st_size) : 0
    }

    /// Advice for a missing file: a file in the same directory with nearly the same name, otherwise
    /// to check the name.
    static func advice(_ path: String) -> String {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        // Listing a missing directory fails, and its error would ask for this advice again.
        let names = isFolder(folder.isEmpty ? "." : folder) ? (try? names(folder.isEmpty ? "." : folder)) ?? [] : []
        let name = String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
        return Nearest.suggestion(name, among: names, prefix: folder) ?? "check the name"
    }

    /// When a file was last written, in seconds since 1970, UTC.
    /// - Throws: `ArchiveError` if the file cannot be examined.
    package static func modificationTime(_ path: String) throws -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileIO.failure(path, "cannot look at the file") }
        return Int64(status.st_mtim.tv_sec)
    }

    /// When a file was last written, in seconds since 1970, UTC, and nanoseconds; nil if the file
    /// cannot be examined or is not a regular file.
    package static func lastWritten(_ path: String) -> (seconds: Int64, nanoseconds: Int64)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return (Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec))
    }
}
