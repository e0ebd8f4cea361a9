#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The files of a folder and of the folders in it.
package enum FileTree {
    package enum Entry {
        /// A regular file, by its path from the folder on.
        case file(String)
        /// What cannot hold an image, by its path from the folder on, and what it is.
        case other(String, what: String)
        /// What could not be looked at.
        case failure(ArchiveError)
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether two names are names of one file.
    package static func isSameFile(_ path: String, _ other: String) -> Bool {
        FileIO.isSameFile(path, other)
    }

    /// All entries below a folder, in the order of their names, octet by octet. Links to folders are not followed.
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
                entries.append(.other(prefix + name, what: "a link that leads nowhere"))
            } else if status.st_mode & S_IFMT == S_IFREG {
                entries.append(.file(prefix + name))
            } else {
                entries.append(
                    .other(
                        prefix + name, what: isLink ? "a link to a folder or a device" : "a pipe, a socket or a device")
                )
            }
        }
        return entries
    }

    private static func names(_ folder: String) throws(ArchiveError) -> [String] {
        guard let directory = opendir(folder) else { throw FileIO.failure(folder, "cannot open the folder") }
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
        guard errno == 0 else { throw FileIO.failure(folder, "cannot read the folder") }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// How many bytes the regular files have that a path stands for: the file itself, or all in a folder. What cannot be looked
    /// at counts nothing. A floating-point number, as the sizes of sparse files may add up to anything.
    package static func size(_ path: String) -> Double {
        guard !isFolder(path) else {
            return entries(of: path).reduce(0.0) { sum, entry in
                if case .file(let name) = entry { sum + size(path + "/" + name) } else { sum }
            }
        }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Double(status.st_size) : 0
    }

    /// What to do about a file that is not there: the one beside it with nearly the same name, else to check the name.
    static func advice(_ path: String) -> String {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        // A folder that is not there has no names, and asking it for them would ask for this advice again.
        let names = isFolder(folder.isEmpty ? "." : folder) ? (try? names(folder.isEmpty ? "." : folder)) ?? [] : []
        let name = String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
        return Nearest.suggestion(name, among: names, prefix: folder) ?? "check the name"
    }

    /// When a file was last written, in seconds since 1970.
    package static func modificationTime(_ path: String) throws -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileIO.failure(path, "cannot look at the file") }
        return Int64(status.st_mtim.tv_sec)
    }
}
