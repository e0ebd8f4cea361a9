import TestSupport
import XenstoreArchive
import XenstoreStream

/// Images for a test, from fixtures or from records.
enum Images {
    static func fixture(_ name: String) throws -> ImageSource {
        try source(Fixtures.bytes(name))
    }

    static func source(_ bytes: [UInt8], _ layout: Layout? = nil) throws -> ImageSource {
        ImageSource(name: "test", file: try ScannedImage(bytes: bytes, layout: layout))
    }

    static func make(_ bodies: [RecordBody], _ layout: Layout = .v1) throws -> ImageSource {
        try source(try encode(bodies, StreamFormat(layout: layout)), layout)
    }

    /// The bytes of a stream with these records and END.
    static func encode(_ bodies: [RecordBody], _ format: StreamFormat) throws -> [UInt8] {
        var writer = StreamWriter(header: Header(format: format), format: format)
        for body in bodies { try writer.write(body) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }

    /// The records of a stream, without END.
    static func bodies(_ bytes: [UInt8], _ format: StreamFormat) throws -> [RecordBody] {
        var reader = try StreamReader(bytes: bytes, format: format)
        var bodies: [RecordBody] = []
        while let record = try reader.next() {
            if record.type != .end { bodies.append(record.body) }
        }
        return bodies
    }

    static func bodies(_ image: ImageSource) throws -> [RecordBody] {
        var bodies: [RecordBody] = []
        try image.forEachRecord { if $0.type != .end { bodies.append($0) } }
        return bodies
    }

    /// The image as it comes out of an archive.
    static func archived(_ bytes: [UInt8], in archive: Archive) throws -> ImageSource {
        let outcome = try Importer(archive).store(try ScannedImage(bytes: bytes), label: ImageLabel(name: "test"))
        return ImageSource(archive, try archive.image(id: outcome.imageID))
    }
}

extension RecordBody {
    /// The record with its conn-id replaced, if it has one.
    func renumbered(_ number: (UInt32) -> UInt32) -> RecordBody {
        switch self {
        case .connection(var data):
            data.connID = number(data.connID)
            return .connection(data)
        case .watch(var data):
            data.connID = number(data.connID)
            return .watch(data)
        case .watchExtended(var data):
            data.connID = number(data.connID)
            return .watchExtended(data)
        case .transaction(var data):
            data.connID = number(data.connID)
            return .transaction(data)
        case .node(var data) where !data.isCommitted:
            data.connID = number(data.connID)
            return .node(data)
        default:
            return self
        }
    }
}
