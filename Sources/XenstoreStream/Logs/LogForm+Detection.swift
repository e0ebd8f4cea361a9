extension LogForm {
    /// How many lines show whether a file is a log.
    private static let enoughLines = 1000

    /// The form of the log that a file holds; nil if most of its first lines are not of one.
    /// - Parameter bytes: all bytes of the file, or its beginning.
    package static func detect(_ bytes: [UInt8]) -> LogForm? {
        bytes.withUnsafeBytes { detect($0) }
    }

    private static func detect(_ bytes: UnsafeRawBufferPointer) -> LogForm? {
        // A stream has few newlines, so a search for a thousand lines would read all of it.
        if bytes.starts(with: Header.ident) { return nil }
        let lines = LogLines(bytes: bytes)
        let access = AccessLogParser(bytes: bytes, isSyslog: false)
        let syslog = AccessLogParser(bytes: bytes, isSyslog: true)
        let trace = TraceLogParser(bytes: bytes)
        var counts: [LogForm: Int] = [:]
        var (offset, lineCount, otherTraceLines) = (0, 0, 0)
        while offset < bytes.count && lineCount < enoughLines {
            let (content, next) = lines.line(at: offset)
            defer { offset = next }
            guard !content.isEmpty else { continue }
            lineCount += 1
            if access.entry(content, offset..<next) != nil {
                counts[.access, default: 0] += 1
            } else if trace.isOfThisLog(at: offset) {
                counts[.trace, default: 0] += 1
            } else if trace.canBegin(at: offset) {
                otherTraceLines += 1
            } else if syslog.entry(content, offset..<next) != nil {
                counts[.syslog, default: 0] += 1
            }
        }
        if let count = counts[.trace] { counts[.trace] = count + otherTraceLines }
        guard let most = counts.max(by: { $0.value < $1.value }), most.value * 2 >= lineCount else { return nil }
        return most.key
    }
}
