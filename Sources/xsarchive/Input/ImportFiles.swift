import XenstoreArchive
import XenstoreStream

/// The files that an import is told to take, the files of folders among them.
struct ImportFiles {
    enum Item {
        case file(Source)
        /// A file of a folder that is left out, and why.
        case skipped(String, why: String)
        /// A folder in which there is none.
        case empty(String)
        case failure(ArchiveError)
    }

    struct Source {
        /// `-` is standard input.
        let path: String
        /// As it is named from the folder on that was given, else without any folder.
        let name: String
    }

    /// The archive that is imported into, which may lie among the files.
    let archive: String

    /// Calls `body` with all that `path` stands for: a file itself, or the files in a folder, in the order of their names.
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

    /// What becomes of a file in a folder; nil where it is the archive.
    private func inFolder(_ path: String, _ name: String) -> Item? {
        if ["", "-journal", "-wal", "-shm"].contains(where: { FileTree.isSameFile(path, archive + $0) }) { return nil }
        do {
            guard LayoutDetection.isBeginning(try FileContent.start(of: path, count: LayoutDetection.beginningSize))
            else {
                return .skipped(path, why: "does not begin as an image does")
            }
            return .file(Source(path: path, name: name))
        } catch let error as ArchiveError {
            return .failure(error)
        } catch {
            return .skipped(path, why: "\(error)")
        }
    }
}
