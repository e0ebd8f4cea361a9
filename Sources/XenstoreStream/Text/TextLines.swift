/// The lines of a kind of text: what each tells as a record, and how a record's line is written.
struct TextLines {
    private let layout: Layout

    init(_ layout: Layout) {
        self.layout = layout
    }

    /// Reads the line at the start of `text`, which is not empty, or the lines that make one record.
    /// - Returns: the record, where its lines end, and what is wrong with a line that tells nothing; nil where nothing is.
    func read(_ text: Octets, isFirst: Bool) -> (body: RecordBody, end: Int, problem: String?) {
        let end = Self.lineEnd(text)
        let line = Self.content(text[..<end])
        let understood: LineContent
        if layout == .listing {
            understood = ListingLine.read(line)
        } else {
            understood = isFirst && line.elementsEqual(OxenstoredLine.header) ? .verbatim : OxenstoredLine.read(line)
        }
        switch understood {
        case .record(.global(var global)) where layout == .oxenstored:
            // The second line of the same thing.
            let rest = text[end...]
            let restEnd = Self.lineEnd(rest)
            guard let (fd, port) = OxenstoredLine.eventDevice(Self.content(rest[..<restEnd])) else {
                return (.global(global), end, nil)
            }
            global.secondFD = fd
            global.virqPort = port
            return (.global(global), restEnd, nil)
        case .record(let body): return (body, end, nil)
        case .verbatim: return (verbatim(text[..<end]), end, nil)
        case .unknown(let problem): return (verbatim(text[..<end]), end, problem)
        }
    }

    /// The line, or lines, of a record, with what ends them.
    func text(of body: RecordBody) -> [UInt8] {
        if case .opaque(let data) = body { return Array(data.body) }
        return layout == .listing ? ListingLine.text(of: body) : OxenstoredLine.text(of: body)
    }

    private func verbatim(_ line: Octets) -> RecordBody {
        .opaque(OpaqueData(type: .textLine, body: line))
    }

    /// Behind the newline, or at the end of the text.
    private static func lineEnd(_ text: Octets) -> Int {
        text.firstIndex(of: ASCII.newline).map { $0 + 1 } ?? text.endIndex
    }

    /// The line without what ends it.
    private static func content(_ line: Octets) -> Octets {
        var line = line
        if line.last == ASCII.newline { line = line.dropLast() }
        if line.last == ASCII.carriageReturn { line = line.dropLast() }
        return line
    }
}
