import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// An image's file, decompressed if necessary.
struct ImageFile {
    let path: String
    let content: FileContent

    /// - Parameter keepingPart: whether the readable part of a damaged compressed file is
    ///   acceptable.
    init(_ path: String, limit: Int = FileContent.standardLimit, keepingPart: Bool = false) throws {
        content = try FileContent(of: path, limit: limit)
        self.path = path
        if let problem = content.problem, !keepingPart || content.bytes.isEmpty {
            let whence = content.bytes.isEmpty ? "" : " beyond the first \(content.bytes.count) decompressed bytes"
            throw ArchiveError(
                .file,
                "\(path): cannot be decompressed by \(content.compression?.rawValue ?? "any program")\(whence): "
                    + "\(problem); fetch the file again or decompress it yourself"
                    + (content.bytes.isEmpty ? "" : ", or import the readable part with --salvage"))
        }
    }

    /// The name for errors. Offsets in a compressed file are those in the decompressed bytes.
    private var place: String {
        content.compression == nil ? path : "\(path), decompressed"
    }

    /// - Throws: `ArchiveError` with the file's name for any problem with the file.
    func prepared(layout: Layout? = nil, salvaging: Bool = false) throws -> ScannedImage {
        if salvaging { return ScannedImage(salvaging: content.bytes, layout: layout) }
        do {
            return try ScannedImage(bytes: content.bytes, layout: layout)
        } catch {
            throw ArchiveError(.badImage, "\(place): \(error)")
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
