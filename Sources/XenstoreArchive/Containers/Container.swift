import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A tar or zip, compressed or not: a file with other files in it, its members.
///
/// Nothing is written to the disk by the names in a container.
public struct Container {
    /// The file's name; `-` is standard input.
    public let path: String
    /// What it is, without the compression.
    public let form: ContainerForm
    /// How the file is compressed; nil if it is not.
    public let compression: Compression?
    /// The content, if it was read already; nil: read the file.
    private let content: FileContent?

    /// - Parameter path: a file's name.
    /// - Returns: nil if this is not a regular file, or not a container.
    /// - Throws: `ArchiveError` if the file cannot be read.
    public init?(path: String) throws {
        // A pipe must not even be opened: its writer would see it closed.
        guard FileTree.isRegular(path) else { return nil }
        let (compression, bytes) = try FileIO.reading(path) { descriptor, _ in
            try FileContent.start(path, descriptor, count: ContainerForm.markSize)
        }
        guard let form = ContainerForm(start: bytes[...]) else { return nil }
        (self.path, self.form, self.compression, content) = (path, form, compression, nil)
    }

    /// - Parameters:
    ///   - path: the name of the file with this content.
    ///   - content: all of a file, such as standard input, that can be read only once.
    /// - Returns: nil if it is not a container.
    public init?(path: String, content: FileContent) {
        guard let form = ContainerForm(start: content.bytes.prefix(ContainerForm.markSize)) else { return nil }
        (self.path, self.form, compression, self.content) = (path, form, content.compression, content)
    }

    /// Reads the members in their order, those of containers within the container included.
    /// - Parameters:
    ///   - limits: how much is read.
    ///   - keepingParts: whether what can be read of a damaged compressed file is acceptable.
    ///   - body: called with each member, and with what is wrong.
    public func forEachItem(
        limits: ContainerLimits = ContainerLimits(), keepingParts: Bool = false, _ body: (ContainerItem) -> Void
    ) {
        do {
            try withoutActuallyEscaping(body) { body in
                let walk = ContainerWalk(limits, body)
                if let content { return try forEachItem(of: content, walk, keepingParts) }
                try FileIO.reading(path) { descriptor, _ in try forEachItem(of: descriptor, walk, keepingParts) }
            }
        } catch let error as ArchiveError {
            body(.failure(error))
        } catch {
            body(.failure(ArchiveError(.file, "\(path): \(error)")))
        }
    }

    private func forEachItem(of content: FileContent, _ walk: ContainerWalk, _ keepingParts: Bool) throws {
        if let problem = content.problem, !keepingParts { throw damaged(problem) }
        let level = ContainerLevel(path) { content.sourceSHA256 ?? Digest.sha256(content.bytes) }
        walk.read(content.bytes, form, [level])
        if let problem = content.problem { throw damaged(problem) }
    }

    private func forEachItem(of descriptor: Int32, _ walk: ContainerWalk, _ keepingParts: Bool) throws {
        let level = ContainerLevel(path) { [path] in try FileIO.sha256(path) }
        guard let compression else {
            return walk.read(form, [level]) { $0.open(descriptor) }
        }
        let unpacker = Unpacker(form: compression, path: path)
        if form == .zip {
            let (bytes, end) = try unpacker.unpack(descriptor, limit: walk.limits.memberBytes)
            if end == .tooLarge { throw FileContent.excess(path, "decompresses to", walk.limits.memberBytes) }
            if case .failed(let problem) = end, !keepingParts { throw damaged(problem) }
            walk.read(bytes, form, [level])
            if case .failed(let problem) = end { throw damaged(problem) }
            return
        }
        // gzip says only at the end that something before was wrong. So the file is decompressed
        // once to see whether it is whole, and again to read it: no copy of it has to be kept.
        let end = try unpacker.test(descriptor, limit: walk.limits.totalBytes)
        if end == .tooLarge { throw FileContent.excess(path, "decompresses to", walk.limits.totalBytes) }
        if case .failed(let problem) = end, !keepingParts { throw damaged(problem) }
        lseek(descriptor, 0, SEEK_SET)
        _ = try unpacker.run(descriptor) { output in
            walk.read(form, [level]) { $0.open(output) }
            return ((), isAll: false)
        }
        if case .failed(let problem) = end { throw damaged(problem) }
    }

    private func damaged(_ problem: String) -> ArchiveError {
        ArchiveError(
            .cutOff,
            "\(path): the \(form.rawValue) cannot be decompressed by \(compression?.rawValue ?? "any program") to its "
                + "end: \(problem)")
    }
}
