import XenstoreArchive
import XenstoreStream

/// The images and logs to import, including those in directories and containers.
struct ImportFiles {
    enum Item {
        case file(Source)
        /// A file in a directory or container that is skipped because it is not an image, and why.
        case skipped(String, why: String)
        /// A member of a container that is skipped without a look at its content, and why.
        case passedOver(String, why: String)
        /// The end of a container, and how many members were skipped without an item for each.
        case containerEnd(String, moreSkipped: Int)
        /// A directory without files.
        case empty(String)
        case failure(ArchiveError)
    }

    struct Source {
        /// `-` is standard input; `FILE!MEMBER` is a member of a container.
        let path: String
        /// The path relative to the given directory or container, or the plain file name.
        let name: String
        /// The content, if it was read already; nil: read the file.
        var content: FileContent?
        /// The member of a container that it is; nil if it is a file.
        var member: ContainerMember?

        /// When the file was last written: UTC, ISO 8601; nil if unknown.
        var lastWritten: String? {
            if let member { return try? member.modified.map(Timestamp.text) }
            guard path != "-", let time = FileTree.lastWritten(path) else { return nil }
            return try? Timestamp.text(seconds: time.seconds, nanoseconds: time.nanoseconds)
        }
    }

    /// The archive that receives the images; it may be among the files.
    let archive: String
    /// How much of a container is read.
    var limits = ContainerLimits()
    /// Whether the readable part of a damaged compressed file is acceptable.
    var keepsParts = false

    /// After this many lines about skipped members of a container, the rest is counted.
    private static let mostLines = 100

    /// Calls `body` for the file at `path`, or for each file in the directory or container: in name
    /// order in a directory, in its own order in a container.
    func forEach(_ path: String, _ body: (Item) -> Void) {
        guard path != "-", FileTree.isFolder(path) else { return given(path, body) }
        let entries = FileTree.entries(of: path)
        if entries.isEmpty { body(.empty(path)) }
        for entry in entries {
            switch entry {
            case .file(let name): inFolder(path.hasSuffix("/") ? path + name : path + "/" + name, name, body)
            case .other(let name, let what): body(.skipped(path + "/" + name, why: what))
            case .failure(let error): body(.failure(error))
            }
        }
    }

    /// Whether a file with these bytes, or that begins with them, is an image or a log.
    private static func isWanted(_ bytes: [UInt8]) -> Bool {
        LogForm.detect(bytes) != nil || ImageFile.isImage(bytes)
    }

    /// Whether `path` names several files.
    func isContainer(_ path: String) -> Bool {
        path != "-" && FileIO.exists(path) && (FileTree.isFolder(path) || (try? Container(path: path)) != nil)
    }

    /// A file that the user named, which is an image whatever is in it, unless it is a container.
    private func given(_ path: String, _ body: (Item) -> Void) {
        let name = path == "-" ? "stdin" : path.split(separator: "/").last.map(String.init) ?? path
        trying(body) {
            if let reference = MemberReference(path) {
                let member = try reference.find(limits, keepingPart: keepsParts)
                return body(.file(Self.source(member, below: "")))
            }
            // The import of a file that does not exist knows what to say.
            guard path == "-" || FileIO.exists(path) else { return body(.file(Source(path: path, name: name))) }
            if let container = try Container(path: path) {
                return inContainer(container, below: "", isGiven: true, body)
            }
            guard !FileTree.isRegular(path) else { return body(.file(Source(path: path, name: name))) }
            let content = try FileContent(of: path, limit: limits.memberBytes)
            if let container = Container(path: path, content: content) {
                inContainer(container, below: "", isGiven: true, body)
            } else {
                body(.file(Source(path: path, name: name, content: content)))
            }
        }
    }

    /// A file in a directory, unless it is the archive itself.
    private func inFolder(_ path: String, _ name: String, _ body: (Item) -> Void) {
        if ["", "-journal", "-wal", "-shm"].contains(where: { FileTree.isSameFile(path, archive + $0) }) { return }
        trying(body) {
            let start = try FileContent.start(of: path, count: LayoutDetection.beginningSize)
            // A listing may begin anywhere in a text.
            let isLongText = start.count >= LayoutDetection.beginningSize && LayoutDetection.mayBeText(start)
            if try Self.isWanted(start)
                || (isLongText && ImageFile.isImage(FileContent(of: path, limit: limits.memberBytes).bytes))
            {
                body(.file(Source(path: path, name: name)))
            } else if let container = try Container(path: path) {
                inContainer(container, below: name + "/", isGiven: false, body)
            } else {
                body(.skipped(path, why: FileKind.name(start) ?? "unknown format"))
            }
        }
    }

    /// - Parameter prefix: what the names of images begin with.
    private func inContainer(_ container: Container, below prefix: String, isGiven: Bool, _ body: (Item) -> Void) {
        var (images, failures, skipped) = (0, 0, 0)
        func skip(_ item: Item) {
            skipped += 1
            if skipped <= Self.mostLines { body(item) }
        }
        container.forEachItem(limits: limits, keepingParts: keepsParts) { item in
            switch item {
            case .member(let member):
                let isImage = Self.isWanted(member.content.bytes)
                if isImage { images += 1 }
                if let excess = member.excess {
                    if isImage { return body(.failure(excess)) }
                    return skip(.passedOver(member.place, why: "more than \(limits.memberBytes) bytes"))
                }
                if isImage { return body(.file(Self.source(member, below: prefix))) }
                skip(.skipped(member.place, why: FileKind.name(member.content.bytes) ?? "unknown format"))
            case .passedOver(let place, let why): skip(.passedOver(place, why: why))
            case .failure(let error):
                failures += 1
                body(.failure(error))
            }
        }
        body(.containerEnd(container.path, moreSkipped: max(0, skipped - Self.mostLines)))
        if isGiven && images == 0 && failures == 0 { body(.failure(ContainedImage.noImage(container, among: skipped))) }
    }

    private static func source(_ member: ContainerMember, below prefix: String) -> Source {
        Source(path: member.place, name: prefix + member.path, content: member.content, member: member)
    }

    private func trying(_ body: (Item) -> Void, _ work: () throws -> Void) {
        do { try work() } catch let error as ArchiveError {
            body(.failure(error))
        } catch {
            body(.failure(ArchiveError(.file, "\(error)")))
        }
    }
}
