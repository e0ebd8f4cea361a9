import XenstoreArchive
import XenstoreStream

/// A stream that was made from an editable image, and has been read back and checked.
public struct RebuiltStream {
    /// As the archive's own reader reads it; its `bytes` are the stream.
    public let image: ScannedImage
    /// What it says else than the image that it comes from.
    public let alterations: Alterations
    /// What is wrong with it all the same, or what a daemon would do with it; a line each.
    public let warnings: [String]

    /// Converts, writes and checks an image whose records are in order.
    /// - Parameters:
    ///   - image: in order, as `Repair` leaves it.
    ///   - alterations: those of the steps before.
    /// - Throws: `ArchiveError` where a value does not fit its field, or where the stream does not read back as it was meant.
    init(_ image: consuming EditableImage, as format: StreamFormat, _ alterations: Alterations) throws {
        var (image, alterations) = (consume image, alterations)
        Conversion.run(&image, to: format, &alterations)
        let (bytes, offsets) = try Self.encode(image)
        // A daemon's way through the stream does not depend on ours.
        let (prepared, forecast) = try concurrently(
            { try Self.readBack(bytes, image) },
            { format.layout.isText || format.layout == .draft ? nil : RestoreForecast(stream: bytes, offsets: offsets) }
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

    /// - Returns: the stream, and where its records begin, END left out.
    private static func encode(_ image: EditableImage) throws -> (bytes: [UInt8], offsets: [Int]) {
        if image.format.layout.isText { return (TextImage.text(of: image.records, layout: image.format.layout), []) }
        var writer = StreamWriter(header: Header(format: image.format), format: image.format)
        // The image that it comes from is about as long.
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
                "the stream cannot be written: record \(error.record ?? 0) (\(error.type?.name ?? "")), \(error.field?.name ?? ""): \(error.reason)"
            )
        }
        return (writer.bytes, offsets)
    }

    private static func compare(_ prepared: ScannedImage, _ image: EditableImage) throws {
        guard prepared.verbatimCount == 0, prepared.format == image.format else {
            throw unreadable(
                "it is read as \(prepared.format.layout.rawValue), with \(prepared.verbatimCount) bytes that no field explains"
            )
        }
        // A text has a line of its own before all others.
        let first = image.format.layout == .oxenstored ? 1 : 0
        let keepsNodes = image.keepsNodes
        let (records, arena) = (image.records, image.arena)
        try prepared.bytes.withUnsafeBytes { stream in
            // What has the same bytes in the same form is the same record.
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
                guard case .record(let record) = item else { throw unreadable("record \(place + 1) is read as damage") }
                if place < 0 { return }
                if place < records.count ? record.body == records[place] : record.type == .end { return }
                throw unreadable("record \(record.number) (\(record.type.name)) is read otherwise than it was meant")
            }
        }
    }

    private static func unreadable(_ what: String) -> ArchiveError {
        ArchiveError(
            .notReproducible,
            "the stream does not read back as it was meant (\(what)), so nothing was written; this is a defect of xsarchive: report it with the image"
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
