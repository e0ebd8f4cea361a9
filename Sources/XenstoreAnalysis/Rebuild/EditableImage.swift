import XenstoreArchive
import XenstoreStream

/// An image that can be edited: its records' fields, without what no field explains.
///
/// The steps on it are `Selection`, `Edit`, `Repair` and `Conversion`; `RebuiltStream` then writes
/// it.
public struct EditableImage: Sendable {
    /// In the order of the stream, without END.
    public internal(set) var records: EditableRecords
    /// The layout of the records' fields, and how the image is encoded.
    public internal(set) var format: StreamFormat
    /// The nodes' paths are slices of this, so that they can be compared without a copy of each.
    private(set) var arena: [UInt8]
    /// The format of nodes with an origin in the arena.
    let sourceFormat: StreamFormat

    /// Whether nodes with an origin are copied from the arena.
    var keepsNodes: Bool {
        !format.layout.isText && !sourceFormat.layout.isText && format.layout.nodeShape == sourceFormat.layout.nodeShape
            && format.byteOrder == sourceFormat.byteOrder && format.lengthRule == sourceFormat.lengthRule
    }

    /// The approximate size of its stream in bytes.
    var size: Int {
        arena.count
    }

    /// Creates an image from records.
    /// - Parameters:
    ///   - records: all records in order, without END.
    ///   - format: the image's format.
    public init(_ records: [RecordBody], format: StreamFormat) {
        self.init(records: EditableRecords(), format: format, arena: [])
        var paths: [Octets] = []
        for record in records {
            if case .node(let data) = record { paths.append(data.path.octets) }
        }
        var adopted = adopt(paths).makeIterator()
        self.records = EditableRecords(
            records.map { record in
                guard case .node(var data) = record, let path = adopted.next() else { return record }
                data.path.octets = path
                return .node(data)
            })
    }

    /// - Parameter arena: the bytes of which all paths of nodes in `records` are slices.
    init(records: EditableRecords, format: StreamFormat, arena: [UInt8]) {
        self.records = records
        self.format = format
        sourceFormat = format
        self.arena = arena
    }

    /// Copies paths into the arena and returns them as slices of it.
    mutating func adopt(_ paths: [Octets]) -> [Octets] {
        var ranges: [Range<Int>] = []
        for path in paths {
            ranges.append(arena.count..<arena.count + path.count)
            arena.append(contentsOf: path)
        }
        return ranges.map { arena[$0] }
    }
}

extension EditableImage {
    /// Reads the image's records, and adds what no field explains to `alterations`.
    /// - Throws: `ArchiveError` or `StreamError` if the image cannot be read.
    public init(_ source: ImageSource, _ alterations: inout Alterations) throws {
        switch source.origin {
        case .file(let image):
            self = try Self.read(image, &alterations)
        case .unchecked(let image):
            self = try Self.read(image.bytes, image.format, &alterations)
        case .archive(let archive, let image):
            let stream = image.stream
            if stream.isSalvaged || stream.format.layout.isText {
                self = try Self.read(archive.scanned(image), &alterations)
            } else {
                self = try archive.withBytes(of: image) { try Self.read($0, stream.format, &alterations) }
            }
        }
    }

    /// Reads a file, a damaged one as far as the scan could read it.
    private static func read(_ image: ScannedImage, _ alterations: inout Alterations) throws -> EditableImage {
        guard image.isSalvaged || image.text != nil else { return try read(image.bytes, image.format, &alterations) }
        var collector = RecordCollector(text: image.text == nil ? nil : image.format.layout)
        collector.note(image.header, &alterations)
        try image.forEachItem { collector.add($1, &alterations) }
        collector.note(trailer: image.trailer, &alterations)
        let records = image.format.layout.isOfDatabase ? collector.records.byDepth : collector.records
        return EditableImage(records: records, format: image.format, arena: image.bytes)
    }

    private static func read(
        _ bytes: [UInt8], _ format: StreamFormat, _ alterations: inout Alterations
    ) throws -> EditableImage {
        var cursor = try RecordCursor(bytes: bytes, format: format)
        var collector = RecordCollector()
        collector.records.reserveCapacity(bytes.count / 72)
        collector.note(cursor.header, &alterations)
        while let item = try cursor.next() {
            switch item {
            case .plainNode(let node):
                let isPortable = bytes.withUnsafeBytes { node.hasPortablePerms(in: $0) }
                collector.records.append(.node(cursor.reader.data(of: node)), origin: isPortable ? node.offset : nil)
            case .record(let record): collector.add(record, &alterations)
            case .damage: break
            }
        }
        collector.note(trailer: cursor.trailer, &alterations)
        return EditableImage(records: collector.records, format: format, arena: bytes)
    }
}

extension EditableImage {
    /// The error about a path that no committed node has, with the nearest sibling.
    func noSuchNode(_ path: Octets) -> ArchiveError {
        let parent = Path.parent(of: path)
        var beside: [String] = []
        for case .node(let data) in records where data.isCommitted && Path.parent(of: data.path.octets) == parent {
            if let text = data.path.octets.utf8Text { beside.append(text) }
        }
        return ArchiveError(
            .noSuchNode, "\(Escape.printable(path)): the image has no such node",
            suggestion: Nearest.suggestion(String(decoding: path, as: UTF8.self), among: beside))
    }
}
