import XenstoreStream

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

    /// Makes a directory that only its owner may read, unless there is one of that name.
    /// - Throws: `ArchiveError` if it cannot be made, or something else has the name.
    package static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST && isFolder(path) { return }
        throw FileIO.failure(path, "cannot make the directory")
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
        let names: [Octets]
        do { names = try self.names(folder) } catch { return [.failure(error)] }
        var entries: [Entry] = []
        for octets in names {
            guard let name = octets.utf8Text else {
                entries.append(.failure(unnamable(folder, octets)))
                continue
            }
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

    /// A file whose name cannot be a Swift string without a change.
    private static func unnamable(_ folder: String, _ name: Octets) -> ArchiveError {
        let path = (folder.hasSuffix("/") ? folder : folder + "/") + Escape.printable(name)
        return ArchiveError(
            .file, "\(path): the file's name is not valid UTF-8; rename it, or give its content on standard input")
    }

    /// The names in a directory, byte for byte, sorted.
    private static func names(_ folder: String) throws(ArchiveError) -> [Octets] {
        guard let directory = opendir(folder) else { throw FileIO.failure(folder, "cannot open the directory") }
        defer { closedir(directory) }
        var names: [Octets] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: 256) {
                    Octets(UnsafeBufferPointer(start: $0, count: 256).prefix { $0 != 0 })
                }
            }
            if name != Octets(".".utf8) && name != Octets("..".utf8) { names.append(name) }
        }
        guard errno == 0 else { throw FileIO.failure(folder, "cannot read the directory") }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
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
        // A name that is not UTF-8 has lost its bytes before it comes here.
        if path.unicodeScalars.contains("\u{FFFD}") {
            return "if its name is not valid UTF-8, rename it, or give its content on standard input"
        }
        // Listing a missing directory fails, and its error would ask for this advice again.
        let place = folder.isEmpty ? "." : folder
        let names = isFolder(place) ? ((try? names(place)) ?? []).compactMap(\.utf8Text) : []
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
