/// Reads the records of a log one after the other, and marks those whose fields do not give their
/// line back.
package struct LogReader {
    package let form: LogForm
    package let bytes: UnsafeRawBufferPointer
    private let access: AccessLogParser
    private let trace: TraceLogParser
    private let lines: LogLines
    private var encoder: LogEncoder
    private var scratch: [UInt8] = []
    private var offset = 0

    /// The length of lines that oxenstored cuts if its configuration has no other limit: 180 with
    /// the newline.
    private static let standardLength = 179

    /// - Parameter bytes: the whole log; must stay in place as long as the reader is used.
    package init(_ form: LogForm, _ bytes: UnsafeRawBufferPointer) {
        self.form = form
        self.bytes = bytes
        lines = LogLines(bytes: bytes)
        trace = TraceLogParser(bytes: bytes)
        encoder = LogEncoder(form)
        var access = AccessLogParser(bytes: bytes, isSyslog: form == .syslog)
        if form != .trace { access.cutLength = Self.cutLength(access, lines) }
        self.access = access
    }

    /// The length of the lines that the daemon cut: that of the longest line that ends in two dots,
    /// if no line is longer.
    private static func cutLength(_ access: AccessLogParser, _ lines: LogLines) -> Int? {
        var (offset, longest, longestCut) = (0, 0, 0)
        while offset < lines.bytes.count {
            let (content, next) = lines.line(at: offset)
            if content.count > longest { longest = content.count }
            if content.count >= longestCut, let length = access.lengthIfCut(content) {
                longestCut = max(longestCut, length)
            }
            offset = next
        }
        guard longestCut > 0 else { return nil }
        // Lines that are no records, or syslog's prefixes, may be longer than the limit.
        return longestCut == longest || access.isSyslog || longestCut == standardLength ? longestCut : nil
    }

    /// The next record, or the next line that is none; nil at the end.
    package mutating func next() -> LogEntry? {
        guard offset < bytes.count else { return nil }
        var entry: LogEntry
        if form == .trace {
            entry = trace.entry(at: offset)
        } else {
            let (content, next) = lines.line(at: offset)
            entry = access.entry(content, offset..<next) ?? LogEntry(offset..<next)
        }
        offset = entry.range.upperBound
        if !entry.shape.contains(.verbatim) && !isGivenBack(entry) { entry.shape.insert(.verbatim) }
        return entry
    }

    /// Whether the fields of a record give its bytes back.
    private mutating func isGivenBack(_ entry: LogEntry) -> Bool {
        guard entry.operation != .none else { return false }
        scratch.removeAll(keepingCapacity: true)
        let fields = LogFields(
            entry.operation, time: entry.time, connection: entry.connection.map { slice($0) }, domid: entry.domid,
            tid: entry.tid, answered: entry.answered, shape: entry.shape)
        if let prefix = entry.prefix { scratch.append(contentsOf: slice(prefix)) }
        guard encoder.appendHead(fields, to: &scratch) else { return false }
        encoder.appendData(
            path: entry.path.flatMap { $0.isEscaped ? nil : slice($0.range) },
            detail: entry.detail.flatMap { $0.isEscaped ? nil : slice($0.range) }, fields, to: &scratch)
        if entry.path?.isEscaped == true || entry.detail?.isEscaped == true { return isEscapedBack(entry, fields) }
        return scratch.withUnsafeBytes { $0.hasSameBytes(as: slice(entry.range)) }
    }

    private mutating func isEscapedBack(_ entry: LogEntry, _ fields: LogFields) -> Bool {
        let path = entry.path.map { $0.decoded(in: bytes) }
        let detail = entry.detail.map { $0.decoded(in: bytes) }
        scratch.removeAll(keepingCapacity: true)
        if let prefix = entry.prefix { scratch.append(contentsOf: slice(prefix)) }
        guard encoder.appendHead(fields, to: &scratch) else { return false }
        (path ?? []).withUnsafeBytes { pathBytes in
            (detail ?? []).withUnsafeBytes { detailBytes in
                encoder.appendData(
                    path: path == nil ? nil : pathBytes, detail: detail == nil ? nil : detailBytes, fields, to: &scratch
                )
            }
        }
        return scratch.withUnsafeBytes { $0.hasSameBytes(as: slice(entry.range)) }
    }

    package func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }
}
