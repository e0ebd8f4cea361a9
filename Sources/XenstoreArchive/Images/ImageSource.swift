import XenstoreStream

/// An image to read, from a file or from an archive.
public struct ImageSource {
    /// The name by which the user knows the image.
    public let name: String
    /// The header; nil for a text, and if a damaged file has none.
    public let header: Header?
    /// Layout, byte order and length rule.
    public let format: StreamFormat
    /// The size of the file in bytes.
    public let size: Int
    /// The bytes after END.
    public let trailer: Octets
    /// Where the image's tree hangs.
    public let root: TreeRoot
    /// What the image covers: what it does not hold of this was not there.
    public let coverage: Coverage
    /// Where the image comes from.
    public let origin: Origin

    /// The SHA-256 of the file, as 64 hexadecimal digits; that of a file which was not checked is
    /// computed for each call.
    public var sha256: String {
        switch origin {
        case .file(let image): image.sha256
        case .unchecked(let image): Digest.sha256(image.bytes)
        case .archive(_, let image): image.stream.sha256
        }
    }

    /// Whether the image covers less than a whole image of its layout; false for a listing, which
    /// never is the whole state.
    public var isPart: Bool {
        format.layout.coverage.map { coverage.lacksSomething(of: $0) } ?? false
    }

    /// Whether the file is damaged, and what is missing from it is unknown.
    public var isDamaged: Bool {
        switch origin {
        case .file(let image): image.isDamaged && isPart
        case .unchecked: false
        case .archive(_, let image): image.stream.isSalvaged && isPart
        }
    }

    /// Where an image comes from.
    public enum Origin {
        /// A file that has been read as a whole.
        case file(ScannedImage)
        /// A stream that has been read as a whole, but not checked.
        case unchecked(UncheckedImage)
        /// An image of an archive.
        case archive(Archive, ArchivedImage)
    }

    /// The image of a file.
    public init(name: String, file image: ScannedImage) {
        self.name = name
        header = image.header
        format = image.format
        size = image.size
        trailer = image.trailer
        root = image.root
        coverage = image.coverage
        origin = .file(image.withoutPaths)
    }

    /// The image of a file that is a stream.
    public init(name: String, unchecked image: UncheckedImage) {
        self.name = name
        header = image.header
        format = image.format
        size = image.bytes.count
        trailer = image.trailer
        root = .absolute
        coverage = image.coverage
        origin = .unchecked(image)
    }

    /// An image of an archive.
    public init(_ archive: Archive, _ image: ArchivedImage) {
        name = "@\(image.imageID) \(image.label.name)"
        header = image.stream.header
        format = image.stream.format
        size = Int(image.stream.size)
        trailer = image.stream.trailer
        root = image.stream.root
        coverage = image.stream.coverage
        origin = .archive(archive, image)
    }

    /// Calls `body` with each record in the stream's order.
    /// - Throws: `ArchiveError` if an archived image cannot be read, or what `body` throws.
    public func forEachRecord(_ body: (RecordBody) throws -> Void) throws {
        switch origin {
        case .file(let image):
            try image.forEachItem { if case .record(let record) = $1 { try body(record.body) } }
        case .unchecked(let image):
            try image.forEachRecord(body)
        case .archive(let archive, let image):
            try archive.forEachRecord(of: image, body)
        }
    }

    /// The number of node records.
    package var nodeCount: Int {
        switch origin {
        case .file(let image): image.nodeCount
        case .unchecked(let image): image.nodeCount
        case .archive(_, let image): Int(image.stream.nodeCount)
        }
    }

    /// Calls `body` with each record that is not a committed node, in the stream's order. Of an
    /// archived image, committed nodes are not read, unless its records were reordered.
    /// - Throws: `ArchiveError` if an archived image cannot be read, or what `body` throws.
    package func forEachRecordOutsideTree(_ body: (RecordBody) throws -> Void) throws {
        switch origin {
        case .file(let image):
            try image.forEachItem(where: { image.plainNode($0) == nil }) { _, item in
                guard case .record(let record) = item else { return }
                if case .node(let node) = record.body, node.isCommitted { return }
                try body(record.body)
            }
        case .unchecked(let image):
            try image.forEachRecordOutsideTree(body)
        case .archive(let archive, let image):
            try image.stream.forEachRecordOutsideTree(archive.database, body)
        }
    }

    /// The number of records of each type.
    /// - Parameter body: called with each record that is not a committed node, in the stream's
    ///   order.
    /// - Throws: `ArchiveError` if an archived image cannot be read, or what `body` throws.
    package func recordCounts(_ body: (RecordBody) throws -> Void = { _ in }) throws -> [RecordType: Int] {
        var counts: [RecordType: Int] = nodeCount == 0 ? [:] : [.nodeData: nodeCount]
        try forEachRecordOutsideTree { record in
            if case .node = record {} else { counts[record.type, default: 0] += 1 }
            try body(record)
        }
        return counts
    }

    /// Calls `body` with each node at the path or below it, pending ones included, in the stream's
    /// order. Of an archived image, nothing else is read, unless its records were reordered.
    /// - Throws: `ArchiveError` if an archived image cannot be read, or what `body` throws.
    package func forEachNode(atOrBelow path: Octets, _ body: (NodeData) throws -> Void) throws {
        switch origin {
        case .file(let image):
            try image.forEachNode(atOrBelow: path, body)
        case .unchecked(let image):
            try image.forEachNode(atOrBelow: path, body)
        case .archive(let archive, let image):
            try image.stream.forEachNode(archive.database, atOrBelow: path, body)
        }
    }

    /// The findings of import, or those it would report.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func findings() throws -> [Finding] {
        switch origin {
        case .file(let image): image.findings
        case .unchecked(let image): try image.checked().findings
        case .archive(let archive, let image): try archive.findings(of: image)
        }
    }
}
