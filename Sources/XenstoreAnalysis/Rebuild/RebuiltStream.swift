import XenstoreArchive
import XenstoreStream

/// A stream made from an editable image, read back and checked.
public struct RebuiltStream {
    /// The stream as the archive's reader reads it; its `bytes` are the stream.
    public internal(set) var image: ScannedImage
    /// How it differs from the image that it is made from.
    public let alterations: Alterations
    /// Remaining problems of the stream, and what a daemon would do with it; one line each.
    public let warnings: [String]

    /// Converts, writes and checks an image whose records are in order.
    /// - Parameters:
    ///   - image: the image, in the order that `Repair` makes.
    ///   - alterations: the alterations of the earlier steps.
    /// - Throws: `ArchiveError` if a value does not fit its field, or if the stream does not read
    ///   back as intended.
    init(_ image: consuming EditableImage, as format: StreamFormat, _ alterations: Alterations) throws {
        var (image, alterations) = (consume image, alterations)
        Conversion.run(&image, to: format, &alterations)
        let (bytes, offsets) = try Self.encode(image)
        // The forecast reads the stream independently of our reader. Neither makes slices of the
        // stream for an ordinary node: two threads that count references to the same bytes wait
        // for each other.
        let (prepared, forecast) = try concurrently(
            { try Self.readBack(bytes, image) },
            {
                format.layout.isText || format.layout == .draft
                    ? nil : RestoreForecast(stream: bytes, offsets: offsets)
            }
        )
        self.image = prepared
        self.alterations = alterations
        warnings = try Self.warnings(prepared, forecast)
    }

    private static func readBack(_ bytes: [UInt8], _ image: EditableImage) throws -> ScannedImage {
        let prepared: ScannedImage
        do {
            prepared = try ScannedImage(bytes: bytes, layout: image.format.layout)
        } catch {
            throw unreadable("\(error)")
        }
        try compare(prepared, image)
        return prepared
    }

    /// - Returns: the stream, and the offsets of its records, without END.
    private static func encode(_ image: EditableImage) throws -> (bytes: [UInt8], offsets: [Int]) {
        if image.format.layout.isText { return (TextImage.text(of: image.records, layout: image.format.layout), []) }
        var writer = StreamWriter(header: Header(format: image.format), format: image.format)
        // The source image has about the same size.
        writer.reserve(image.size)
        var offsets: [Int] = []
        offsets.reserveCapacity(image.records.count)
        do {
            let arena = image.arena
            let keepsNodes = image.keepsNodes
            for place in image.records.indices {
                offsets.append(writer.pendingCount)
                if keepsNodes, let origin = image.records.origin(place), writer.copyRecord(at: origin, of: arena) {
                    continue
                }
                try writer.write(image.records[place])
            }
            try writer.write(.opaque(OpaqueData(type: .end)))
        } catch {
            throw ArchiveError(
                .badImage,
                "the stream cannot be written: record \(error.record ?? 0) (\(error.type?.name ?? "")), "
                    + "\(error.field?.name ?? ""): \(error.reason)"
            )
        }
        return (writer.bytes, offsets)
    }

    private static func compare(_ prepared: ScannedImage, _ image: EditableImage) throws {
        guard prepared.verbatimCount == 0, prepared.format == image.format else {
            throw unreadable(
                "it reads as \(prepared.format.layout.rawValue), with \(prepared.verbatimCount) bytes that no field "
                    + "explains"
            )
        }
        // A text has an additional first line.
        let first = image.format.layout.dialect?.head.isEmpty == false ? 1 : 0
        let keepsNodes = image.keepsNodes
        let (records, arena) = (image.records, image.arena)
        try prepared.bytes.withUnsafeBytes { stream in
            // Equal bytes in the same format are the same record.
            func isSame(_ index: Int) -> Bool {
                let place = index - first
                guard place >= 0, place < records.count else { return false }
                let range = prepared.range(index)
                if keepsNodes, let origin = records.origin(place), arena.hasBytes(stream[range], at: origin) {
                    return true
                }
                guard let node = prepared.plainNode(index), case .node(let data) = records[place] else { return false }
                return node.matches(data, in: stream)
            }
            try prepared.forEachItem(where: { !isSame($0) }) { index, item in
                let place = index - first
                guard case .record(let record) = item else { throw unreadable("record \(place + 1) reads as damage") }
                if place < 0 { return }
                if place < records.count ? record.body == records[place] : record.type == .end { return }
                throw unreadable("record \(record.number) (\(record.type.name)) reads differently")
            }
        }
    }

    private static func unreadable(_ what: String) -> ArchiveError {
        ArchiveError(
            .notReproducible,
            "the stream does not read back as intended (\(what)), so nothing was written; this is a bug in "
                + "xsarchive: report it with the image"
        )
    }

    private static func warnings(_ prepared: ScannedImage, _ forecast: RestoreForecast?) throws -> [String] {
        var lines: [String] = []
        let errors = prepared.findings.filter { $0.severity == .error }
        if let first = errors.first { lines.append("\(first.message) (\(first.rule))" + more(errors.count)) }
        if prepared.format.layout == .draft {
            lines.append("no released xenstored reads the draft layout")
            return lines
        }
        let forecast = try forecast ?? RestoreForecast(prepared)
        let (events, daemon) = (forecast.events, forecast.daemon?.rawValue ?? "")
        for effect in RestoreForecast.Effect.allCases {
            let events = events.filter { $0.effect == effect }
            if let first = events.first { lines.append("\(daemon) \(first.message)" + more(events.count)) }
        }
        return lines
    }

    private static func more(_ count: Int) -> String {
        count == 1 ? "" : ", and \(count - 1) more of this kind; 'xsarchive check' lists them"
    }
}
