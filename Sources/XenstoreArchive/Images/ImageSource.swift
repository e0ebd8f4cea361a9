import XenstoreStream

/// An image to be looked at, from a file or from an archive.
public struct ImageSource {
    /// How the user named it.
    public let name: String
    /// Nil where a damaged file has none.
    public let header: Header?
    public let format: StreamFormat
    /// 64 hexadecimal digits.
    public let sha256: String
    /// Bytes.
    public let size: Int
    public let origin: Origin

    public enum Origin {
        case file(ScannedImage)
        case archive(Archive, ArchivedImage)
    }

    public init(name: String, file image: ScannedImage) {
        self.name = name
        header = image.header
        format = image.format
        sha256 = image.sha256
        size = image.size
        origin = .file(image.withoutPaths)
    }

    public init(_ archive: Archive, _ image: ArchivedImage) {
        name = "@\(image.imageID) \(image.label.name)"
        header = image.stream.header
        format = image.stream.format
        sha256 = image.stream.sha256
        size = Int(image.stream.size)
        origin = .archive(archive, image)
    }

    /// Calls `body` with each record in the stream's order.
    public func forEachRecord(_ body: (RecordBody) throws -> Void) throws {
        switch origin {
        case .file(let image):
            try image.forEachItem { if case .record(let record) = $1 { try body(record.body) } }
        case .archive(let archive, let image):
            try archive.forEachRecord(of: image, body)
        }
    }

    /// What import noticed, or would notice.
    public func findings() throws -> [Finding] {
        switch origin {
        case .file(let image): image.findings
        case .archive(let archive, let image): try archive.findings(of: image)
        }
    }
}
