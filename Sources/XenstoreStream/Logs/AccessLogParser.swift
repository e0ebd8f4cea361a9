/// Reads the lines of oxenstored's access log.
struct AccessLogParser {
    let bytes: UnsafeRawBufferPointer
    /// Whether syslog wrote the lines: its date and names are in front, oxenstored's date is not.
    let isSyslog: Bool
    /// The length of the lines that the daemon cut; nil if it cut none.
    var cutLength: Int?

    private var lines: LogLines { LogLines(bytes: bytes) }
    /// What masks a value, on the host or in what passes its logs on.
    private static let masks = [Array("[omitted]".utf8), Array("<filtered for security>".utf8)]

    /// The record in a line; nil if it is none.
    /// - Parameters:
    ///   - content: the line without what ends it.
    ///   - range: the whole line.
    func entry(_ content: Range<Int>, _ range: Range<Int>) -> LogEntry? {
        var entry = LogEntry(range)
        let start: Int
        if isSyslog {
            guard let prefix = SyslogPrefix(bytes, content) else { return nil }
            entry.prefix = content.lowerBound..<prefix.end
            entry.time = prefix.time
            start = prefix.end
        } else {
            guard let time = time(content) else { return nil }
            entry.time = time
            start = content.lowerBound + 26
        }
        guard let end = connection(start..<content.upperBound, &entry),
            let data = operation(end..<content.upperBound, &entry)
        else { return nil }
        mark(content.upperBound - start + (isSyslog ? 0 : 26), content, &entry)
        let text = data.lowerBound..<(entry.shape.contains(.incomplete) ? content.upperBound - 2 : content.upperBound)
        split(text, &entry)
        return entry
    }

    /// The length that a line would have that the daemon cut to its limit; nil if it does not end
    /// as one.
    func lengthIfCut(_ content: Range<Int>) -> Int? {
        guard content.count > 2, bytes[content.upperBound - 1] == ASCII.dot, bytes[content.upperBound - 2] == ASCII.dot
        else { return nil }
        return isSyslog ? SyslogPrefix(bytes, content).map { content.upperBound - $0.end } : content.count
    }

    /// `[YYYYMMDDThh:mm:ss.mmmZ]` and two blanks.
    private func time(_ line: Range<Int>) -> Int64? {
        let start = line.lowerBound
        guard line.count > 26, bytes[start] == 0x5B, bytes[start + 9] == 0x54, bytes[start + 12] == ASCII.colon,
            bytes[start + 15] == ASCII.colon, bytes[start + 18] == ASCII.dot, bytes[start + 22] == 0x5A,
            bytes[start + 23] == 0x5D, bytes[start + 24] == ASCII.space, bytes[start + 25] == ASCII.space,
            let year = lines.digits(4, at: start + 1), let month = lines.digits(2, at: start + 5),
            let day = lines.digits(2, at: start + 7), let hour = lines.digits(2, at: start + 10),
            let minute = lines.digits(2, at: start + 13), let second = lines.digits(2, at: start + 16),
            let millisecond = lines.digits(3, at: start + 19)
        else { return nil }
        return LogTime.milliseconds(year, month, day, hour, minute, second, millisecond)
    }

    /// Reads the connection and its transaction.
    /// - Returns: where the operation begins.
    private func connection(_ rest: Range<Int>, _ entry: inout LogEntry) -> Int? {
        var end = rest.lowerBound
        while end < rest.upperBound && bytes[end] != ASCII.space { end += 1 }
        var start = end
        while start < rest.upperBound && bytes[start] == ASCII.space { start += 1 }
        guard start < rest.upperBound else { return nil }
        if start - rest.lowerBound == 11 && end - rest.lowerBound <= 10 { entry.shape.insert(.narrow) }
        var name = rest.lowerBound..<end
        entry.tid = 0
        // A transaction is named after the last dot.
        var digits = end
        while digits > name.lowerBound && ASCII.isDigit(bytes[digits - 1]) { digits -= 1 }
        if digits < end, digits > name.lowerBound + 1, bytes[digits - 1] == ASCII.dot,
            let tid = lines.number(digits..<end).flatMap({ UInt32(exactly: $0) })
        {
            entry.tid = tid
            name = name.lowerBound..<digits - 1
        }
        guard name.isEmpty || isConnection(name, &entry) else { return nil }
        entry.connection = name
        return start
    }

    /// `D` or `A` and a number, also after `r(ID):`, which marks what a commit does again.
    private func isConnection(_ name: Range<Int>, _ entry: inout LogEntry) -> Bool {
        var start = name.lowerBound
        if name.count > 4, bytes[start] == ASCII.r, bytes[start + 1] == 0x28 {
            guard let colon = lines.first(ASCII.colon, in: name) else { return false }
            start = colon + 1
        }
        guard start < name.upperBound, let number = lines.number(start + 1..<name.upperBound) else { return false }
        // A socket is that of a process in domain 0.
        if bytes[start] == 0x41 {
            entry.domid = 0
        } else if bytes[start] == 0x44 {
            entry.domid = UInt16(exactly: number)
        }
        return bytes[start] == 0x41 || bytes[start] == 0x44
    }

    /// Reads the operation.
    /// - Returns: the data after it.
    private func operation(_ rest: Range<Int>, _ entry: inout LogEntry) -> Range<Int>? {
        var first = Array("        ".utf8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        if rest.count >= 8 {
            first = bytes.loadUnaligned(fromByteOffset: rest.lowerBound, as: UInt64.self)
        } else {
            withUnsafeMutableBytes(of: &first) { $0.copyBytes(from: UnsafeRawBufferPointer(rebasing: bytes[rest])) }
        }
        for (operation, word, start) in LogWords.access where start == first {
            guard lines.has(word, at: rest.lowerBound, in: rest) else { continue }
            let end = rest.lowerBound + word.count
            let data = rest.lowerBound + max(9, word.count) + 1
            var blank = end
            while blank < min(data, rest.upperBound) && bytes[blank] == ASCII.space { blank += 1 }
            guard blank == min(data, rest.upperBound) else { continue }
            entry.operation = operation
            if data > rest.upperBound { entry.shape.insert(.trimmed) }
            return min(data, rest.upperBound)..<rest.upperBound
        }
        return nil
    }

    private func mark(_ length: Int, _ content: Range<Int>, _ entry: inout LogEntry) {
        guard let cutLength, length == cutLength, lengthIfCut(content) != nil else { return }
        entry.shape.insert([.incomplete, .verbatim])
    }

    /// Splits the data into path and what follows it.
    private func split(_ data: Range<Int>, _ entry: inout LogEntry) {
        guard data.lowerBound <= data.upperBound else { return }
        let isEscaped = lines.first(ASCII.backslash, in: data) != nil
        guard entry.operation.hasPath else {
            entry.detail = LogText(range: data, isEscaped: isEscaped)
            return
        }
        let end = lines.first(ASCII.space, in: data) ?? data.upperBound
        entry.path = LogText(range: data.lowerBound..<end, isEscaped: isEscaped)
        guard end < data.upperBound else { return }
        let rest = end + 1..<data.upperBound
        if entry.operation == .write,
            Self.masks.contains(where: { $0.count == rest.count && lines.has($0, at: end + 1, in: rest) })
        {
            // The value is not in the log.
            entry.shape.insert([.incomplete, .verbatim])
            return
        }
        entry.detail = LogText(range: rest, isEscaped: isEscaped)
    }
}
