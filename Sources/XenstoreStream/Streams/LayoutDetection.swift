/// Decides from the bytes which layout and length rule a stream has.
///
/// draft and v1 share the version number and differ in CONNECTION_DATA and NODE_DATA; a record of
/// these types that fits one layout's fields exactly and breaks the other's decides. If both fit,
/// v1 is chosen, and `certainty` says so.
public struct LayoutDetection: Equatable, Sendable {
    /// How sure the decision is.
    public enum Certainty: String, Sendable {
        /// The header or the records leave no other choice, or the caller chose.
        case certain
        /// The records fit the layout better than the other one, but not all of them fit.
        case likely
        /// Both layouts fit.
        case undecided
    }

    /// The format of the records.
    public let format: StreamFormat
    /// How sure the decision is.
    public let certainty: Certainty
    /// Why, as a clause.
    public let reason: String

    /// A decision made elsewhere.
    public init(format: StreamFormat, certainty: Certainty, reason: String) {
        self.format = format
        self.certainty = certainty
        self.reason = reason
    }

    /// After this many records that fit only one layout, the rest is not examined.
    private static let enough = 256

    /// - Parameters:
    ///   - bytes: the whole stream.
    ///   - forced: the layout that the caller chose; nil: decide.
    /// - Throws: `StreamError` if the bytes are not a stream, or if its version is unknown and
    ///   `forced` is nil.
    public init(bytes: [UInt8], forced: Layout? = nil) throws(StreamError) {
        if let text = try Self.text(bytes, forced: forced) {
            self = text
            return
        }
        let header = try Self.header(bytes)
        let candidates: [Layout]
        switch (forced, header.version) {
        case (let layout?, _): candidates = [layout]
        case (nil, 1): candidates = [.v1, .draft]
        case (nil, 2): candidates = [.v2]
        case (nil, let version):
            throw StreamError(
                .unknownVersion, offset: 8, reason: "the header's version is \(version); known versions are 1 and 2")
        }
        let order = header.byteOrder
        let tallies = Self.tally(bytes, order: order, candidates: candidates)
        func result(_ index: Int, _ certainty: Certainty, _ reason: String) -> LayoutDetection {
            let format = StreamFormat(
                layout: candidates[index], byteOrder: order, lengthRule: tallies[index].lengthRule)
            return LayoutDetection(format: format, certainty: certainty, reason: reason)
        }

        guard candidates.count == 2 else {
            self = result(
                0, .certain, forced == nil ? "version \(header.version) in the header" : "chosen by the caller")
            return
        }
        let (v1, draft) = (tallies[0], tallies[1])
        if v1.misfits == 0 && draft.misfits == 0 {
            let reason = v1.fits == 0 ? "no record distinguishes draft from v1" : "every record fits draft and v1"
            self = result(
                0, v1.hasReleasedTypes ? .certain : .undecided, v1.hasReleasedTypes ? "record types of v1" : reason)
        } else if v1.misfits == 0 || draft.misfits == 0 {
            self = result(
                v1.misfits == 0 ? 0 : 1, .certain,
                v1.misfits == 0 ? "only v1 fits the records" : "only draft fits the records")
        } else if let index = [1, 0].first(where: { tallies[$0].isExact && !tallies[1 - $0].isExact }) {
            self = result(
                index, tallies[1 - index].isExcluded ? .certain : .likely,
                "only \(candidates[index].rawValue) fits the records, apart from letters of permissions")
        } else {
            let index = v1.fits >= draft.fits ? 0 : 1
            let total = v1.fits + v1.misfits
            // A few odd records do not outweigh all others.
            let isClear = (v1.fits == 0) != (draft.fits == 0)
            self = result(
                index, isClear ? .certain : .likely, "v1 fits \(v1.fits) of \(total) records, draft \(draft.fits)")
        }
    }

    /// The layout of a text; nil if the bytes are not a text. If `forced` says so, any bytes are
    /// one.
    /// - Throws: `StreamError` if there are several listings in it.
    package static func text(_ bytes: [UInt8], forced: Layout?) throws(StreamError) -> LayoutDetection? {
        if let forced {
            return forced.isText
                ? LayoutDetection(
                    format: StreamFormat(text: forced), certainty: .certain, reason: "chosen by the caller")
                : nil
        }
        if let (dialect, reason) = TextDialects.recognize(bytes[...]) {
            return LayoutDetection(format: StreamFormat(text: dialect.layout), certainty: .certain, reason: reason)
        }
        let parts = ListingPart.all(in: bytes)
        guard let first = parts.first else { return nil }
        guard parts.count == 1 else {
            throw StreamError(
                .severalListings, offset: parts[1].range.lowerBound,
                reason: "the text has \(parts.count) listings: "
                    + parts.prefix(5).map(\.description).joined(separator: ", ")
                    + (parts.count > 5 ? " and more" : ""))
        }
        return LayoutDetection(
            format: StreamFormat(text: first.layout), certainty: .certain, reason: first.reason)
    }

    /// - Throws: `StreamError` that names the kind of a file without a header.
    private static func header(_ bytes: [UInt8]) throws(StreamError) -> Header {
        let isOther = bytes.count >= Header.size && !Header.begins(bytes)
        if !isOther, let header = try? Header(bytes: bytes) { return header }
        guard isOther || !Header.ident.starts(with: bytes.prefix(Header.ident.count)), !bytes.isEmpty,
            let kind = FileKind.name(bytes)
        else { return try Header(bytes: bytes) }
        throw StreamError(.notAStream, offset: 0, reason: kind)
    }

    /// How many bytes at the start of a file show whether it is an image: more than a line of a
    /// listing is likely to have.
    public static let beginningSize = 16_384

    /// Whether a file that begins with these bytes may be a text, in which a listing can begin
    /// anywhere.
    public static func mayBeText(_ bytes: [UInt8]) -> Bool {
        ListingText.mayBeText(bytes)
    }

    /// Whether a file that begins with these bytes is a stream or a recognizable text.
    public static func isBeginning(_ bytes: [UInt8]) -> Bool {
        Header.begins(bytes) || TextDialects.recognize(bytes[...]) != nil || !ListingPart.all(in: bytes).isEmpty
    }

    /// What the records say about one layout.
    private struct LayoutTally {
        /// CONNECTION_DATA and NODE_DATA records that fit the layout without anything odd, and
        /// those that do not.
        var fits = 0
        var misfits = 0
        /// Those of the misfits that fit exactly, but for the letters of their permissions.
        var oddLetters = 0
        var hasReleasedTypes = false
        /// Records whose `len` counts only the body, and those whose `len` counts padding.
        var bodyLengths = 0
        var paddedLengths = 0

        /// Whether every record fits, but for letters of permissions.
        var isExact: Bool {
            misfits == oddLetters
        }

        /// Whether no record fits, not even one with odd letters.
        var isExcluded: Bool {
            fits == 0 && oddLetters == 0
        }

        var lengthRule: LengthRule {
            bodyLengths > paddedLengths ? .body : .padded
        }
    }

    /// Walks over the frames and tries every candidate on each record; stops at the first broken
    /// frame.
    private static func tally(_ bytes: [UInt8], order: ByteOrder, candidates: [Layout]) -> [LayoutTally] {
        var tallies = candidates.map { _ in LayoutTally() }
        let readers = candidates.map {
            RecordReader(stream: bytes, format: StreamFormat(layout: $0, byteOrder: order, lengthRule: .body))
        }
        var offset = Header.size
        var number = 1
        while let frame = try? Frame(stream: bytes, offset: offset, number: number, byteOrder: order),
            frame.type != .end
        {
            for (index, reader) in readers.enumerated() { judge(frame, reader, &tallies[index]) }
            if isDecided(tallies) { break }
            offset = frame.end
            number += 1
        }
        return tallies
    }

    private static func isDecided(_ tallies: [LayoutTally]) -> Bool {
        let rule = tallies.allSatisfy { $0.bodyLengths + $0.paddedLengths >= enough }
        guard tallies.count == 2 else { return rule }
        let layout =
            (tallies[0].misfits == 0) != (tallies[1].misfits == 0)
            && tallies.contains { $0.fits >= enough && $0.misfits == 0 }
        return layout && tallies.contains { $0.misfits == 0 && $0.bodyLengths + $0.paddedLengths >= enough }
    }

    private static func judge(_ frame: Frame, _ reader: RecordReader, _ tally: inout LayoutTally) {
        let differs = frame.type == .connectionData || frame.type == .nodeData
        if frame.type > Layout.draft.lastRecordType && frame.type.isKnown { tally.hasReleasedTypes = true }
        guard frame.type.isKnown,
            let record = try? reader.decode(frame)
        else {
            if differs { tally.misfits += 1 }
            return
        }
        // With the rule `body`, a residue with a length means that `len` counts more than the
        // fields.
        let extra = record.residue?.length.map { Int($0) } == nil ? 0 : record.residue?.tail?.count ?? 0
        let isPlain = record.residue == nil || (extra < 8 && record.residue?.tail?.isZero == true)
        if record.residue?.length == nil {
            if frame.length % 8 != 0 { tally.bodyLengths += 1 }
        } else if isPlain && frame.length % 8 == 0 {
            tally.paddedLengths += 1
        }
        guard differs else { return }
        if isPlain && record.body.isPlausible {
            tally.fits += 1
        } else {
            tally.misfits += 1
            if isPlain && record.body.isPlausibleExceptLetters { tally.oddLetters += 1 }
        }
    }
}

extension LayoutDetection {
    /// Decides for a damaged file: by its header and records if they explain more than half of it,
    /// otherwise by the format that explains the most bytes.
    public init(salvaging bytes: [UInt8], forced: Layout?) {
        let header = try? Header(bytes: bytes)
        if header != nil, let detection = try? LayoutDetection(bytes: bytes, forced: forced),
            Self.plainBytes(bytes, detection.format) > bytes.count / 2
        {
            self = detection
            return
        }
        // The header itself may be what is damaged, the byte order in it included.
        let orders = header?.byteOrder == .big ? [ByteOrder.big, .little] : [.little, .big]
        let layouts = forced.map { [$0] } ?? (header?.version == 2 ? [.v2, .v1, .draft] : [.v1, .v2, .draft])
        var best = StreamFormat(layout: layouts[0], byteOrder: orders[0])
        var most = 0
        for order in orders {
            for layout in layouts {
                let format = StreamFormat(layout: layout, byteOrder: order, lengthRule: .padded)
                let count = Self.plainBytes(bytes, format)
                if count > most { (best, most) = (format, count) }
            }
        }
        let reason =
            most == 0
            ? "no layout fits" : "it explains \(most) of \(bytes.count) bytes, more than any other layout"
        self.init(
            format: best, certainty: forced == nil ? .likely : .certain,
            reason: forced == nil ? reason : "chosen by the caller")
    }

    /// How many bytes are in records that look as a daemon writes them.
    private static func plainBytes(_ bytes: [UInt8], _ format: StreamFormat) -> Int {
        var reader = SalvageReader(bytes: bytes, format: format)
        var count = 0
        while let item = reader.next() {
            if case .record(let record) = item, record.type != .end, record.type <= format.layout.lastRecordType,
                record.body.isPlausible
            {
                count += record.size
            }
        }
        return count
    }
}
