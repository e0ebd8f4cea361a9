import XenstoreArchive
import XenstoreStream

/// The files to import, including those in directories.
struct ImportFiles {
    enum Item {
        case file(Source)
        /// A file in a directory that is skipped, and why.
        case skipped(String, why: String)
        /// A directory without files.
        case empty(String)
        case failure(ArchiveError)
    }

    struct Source {
        /// `-` is standard input.
        let path: String
        /// The path relative to the given directory, or the plain file name.
        let name: String
    }

    /// The archive that receives the images; it may be among the files.
    let archive: String

    /// Calls `body` for the file at `path`, or for each file in the directory, in name order.
    func forEach(_ path: String, _ body: (Item) throws -> Void) rethrows {
        guard path != "-", FileTree.isFolder(path) else {
            return try body(
                .file(
                    Source(
                        path: path,
                        name: path == "-" ? "stdin" : path.split(separator: "/").last.map(String.init) ?? path)))
        }
        let entries = FileTree.entries(of: path)
        if entries.isEmpty { try body(.empty(path)) }
        for entry in entries {
            switch entry {
            case .file(let name): try inFolder(path.hasSuffix("/") ? path + name : path + "/" + name, name).map(body)
            case .other(let name, let what): try body(.skipped(path + "/" + name, why: what))
            case .failure(let error): try body(.failure(error))
            }
        }
    }

    /// What to do with a file in a directory; nil if it is the archive itself.
    private func inFolder(_ path: String, _ name: String) -> Item? {
        if ["", "-journal", "-wal", "-shm"].contains(where: { FileTree.isSameFile(path, archive + $0) }) { return nil }
        do {
            guard LayoutDetection.isBeginning(try FileContent.start(of: path, count: LayoutDetection.beginningSize))
            else {
                return .skipped(path, why: "unknown format")
            }
            return .file(Source(path: path, name: name))
        } catch let error as ArchiveError {
            return .failure(error)
        } catch {
            return .skipped(path, why: "\(error)")
        }
    }
}
