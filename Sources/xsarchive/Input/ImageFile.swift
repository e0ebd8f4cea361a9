import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// An image's file, or a member of a container that is an image; decompressed if necessary.
struct ImageFile {
    let path: String
    let content: FileContent

    /// - Parameters:
    ///   - path: a file; a container with one image in it; or a member, like `FILE!MEMBER`.
    ///   - keepingPart: whether the readable part of a damaged compressed file is acceptable.
    init(_ path: String, limit: Int = FileContent.standardLimit, keepingPart: Bool = false) throws {
        let limits = ContainerLimits(memberBytes: limit)
        if let member = try ContainedImage.member(path, limits, keepingPart: keepingPart) {
            try self.init(member.place, member.content, keepingPart: keepingPart)
            return
        }
        let content = try FileContent(of: path, limit: limit)
        if let container = Container(path: path, content: content) {
            let member = try ContainedImage.only(container, limits, keepingPart: keepingPart)
            try self.init(member.place, member.content, keepingPart: keepingPart)
        } else {
            try self.init(path, content, keepingPart: keepingPart)
        }
    }

    init(_ source: ImportFiles.Source, limit: Int, keepingPart: Bool) throws {
        try self.init(
            source.path, source.content ?? FileContent(of: source.path, limit: limit), keepingPart: keepingPart)
    }

    private init(_ path: String, _ content: FileContent, keepingPart: Bool) throws {
        self.path = path
        self.content = content
        guard let problem = content.problem, !keepingPart || content.bytes.isEmpty else { return }
        let form = content.compression
        let how = form.map { "decompressed by \($0.rawValue)" } ?? "read"
        let bytes = form == nil ? "bytes" : "decompressed bytes"
        let whence = content.bytes.isEmpty ? "" : " beyond the first \(content.bytes.count) \(bytes)"
        throw ArchiveError(
            .file,
            "\(path): cannot be \(how)\(whence): \(problem); fetch the file again"
                + (form == nil ? "" : " or decompress it yourself")
                + (content.bytes.isEmpty ? "" : ", or import the readable part with --salvage"))
    }

    /// Whether a file or a member of a container with this content is an image.
    /// - Parameter bytes: all of its bytes, or the first `LayoutDetection.beginningSize` if it is
    ///   large.
    static func isImage(_ bytes: [UInt8]) -> Bool {
        LayoutDetection.isBeginning(bytes)
    }

    /// The name for errors. Offsets in a compressed file are those in the decompressed bytes.
    private var place: String {
        content.compression == nil ? path : "\(path), decompressed"
    }

    /// - Parameters:
    ///   - layout: the layout to read with; nil: recognize it by the bytes.
    ///   - salvaging: whether to read a damaged file as far as possible.
    ///   - readsFormerNodes: whether to read the deleted nodes of a TDB file when salvaging it.
    /// - Throws: `ArchiveError` with the file's name for any problem with the file.
    func prepared(
        layout: Layout? = nil, salvaging: Bool = false, readsFormerNodes: Bool = false
    ) throws -> ScannedImage {
        if salvaging {
            return ScannedImage(salvaging: content.bytes, layout: layout, readsFormerNodes: readsFormerNodes)
        }
        do {
            return try ScannedImage(bytes: content.bytes, layout: layout)
        } catch {
            throw ArchiveError(.badImage, "\(place): \(Advice.line(error))")
        }
    }

    static func prepare(_ path: String, layout: Layout? = nil, salvaging: Bool = false) throws -> ScannedImage {
        try ImageFile(path, keepingPart: salvaging).prepared(layout: layout, salvaging: salvaging)
    }

    /// The default name of an image from this file.
    /// - Parameter path: the file's path, as it is shown.
    func name(from path: String) -> String {
        content.compression?.unpackedName(path) ?? path
    }
}
