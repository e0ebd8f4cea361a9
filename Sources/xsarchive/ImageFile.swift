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
                .file, "\(path): cannot be unpacked by \(content.compression?.rawValue ?? "any program")\(whence): \(problem); fetch the file again or unpack it yourself"
                    + (content.bytes.isEmpty ? "" : ", or import what there is with --salvage"))
        }
    }

    /// How errors name it: offsets count in what comes out of a compressed file.
    private var place: String {
        content.compression == nil ? path : "\(path), unpacked"
    }

    /// - Throws: `ArchiveError` that names the file, whatever is wrong with it.
    func prepared(layout: Layout? = nil, salvaging: Bool = false) throws -> PreparedImage {
        if salvaging { return PreparedImage(salvaging: content.bytes, layout: layout) }
        do {
            return try PreparedImage(bytes: content.bytes, layout: layout)
        } catch {
            throw ArchiveError(.badImage, "\(place): \(error)")
        }
    }

    static func prepare(_ path: String, layout: Layout? = nil, salvaging: Bool = false) throws -> PreparedImage {
        try ImageFile(path, keepingPart: salvaging).prepared(layout: layout, salvaging: salvaging)
    }

    /// The name by which an image from this file is known where nobody says another.
    /// - Parameter path: the file's path, as it is to be shown.
    func name(from path: String) -> String {
        content.compression?.unpackedName(path) ?? path
    }
}

/// A number of bytes, like 4096, 500M or 2G; K, M and G are powers of 1024.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = argument.last.flatMap { units[Character($0.uppercased())] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits), number > 0 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String {
        bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : String(bytes)
    }
}
