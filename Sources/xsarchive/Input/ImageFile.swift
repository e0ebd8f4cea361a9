import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// An image's file, unpacked where it is compressed.
struct ImageFile {
    let path: String
    let content: FileContent

    /// - Parameter keepingPart: whether the part of a damaged compressed file that can be unpacked will do.
    init(_ path: String, limit: Int = FileContent.standardLimit, keepingPart: Bool = false) throws {
        content = try FileContent(of: path, limit: limit)
        self.path = path
        if let problem = content.problem, !keepingPart || content.bytes.isEmpty {
            let whence = content.bytes.isEmpty ? "" : " beyond the first \(content.bytes.count) bytes of what it holds"
            throw ArchiveError(
                .file,
                "\(path): cannot be unpacked by \(content.compression?.rawValue ?? "any program")\(whence): \(problem); fetch the file again or unpack it yourself"
                    + (content.bytes.isEmpty ? "" : ", or import what there is with --salvage"))
        }
    }

    /// How errors name it: offsets count in what comes out of a compressed file.
    private var place: String {
        content.compression == nil ? path : "\(path), unpacked"
    }

    /// - Throws: `ArchiveError` that names the file, whatever is wrong with it.
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

    /// The name by which an image from this file is known where nobody says another.
    /// - Parameter path: the file's path, as it is to be shown.
    func name(from path: String) -> String {
        content.compression?.unpackedName(path) ?? path
    }
}
