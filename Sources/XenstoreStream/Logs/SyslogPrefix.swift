/// What syslog writes in front of a message of xenstored: `Nov 25 21:50:25 host xenstored: `, with
/// or without a process's number; the time may be like `2026-11-25T21:50:25.630123+00:00` instead.
struct SyslogPrefix {
    /// Where the message begins.
    let end: Int
    /// Milliseconds since 1970; nil if the year is missing.
    let time: Int64?

    private static let word = Array("xenstored".utf8)
    /// More than any host's name, tag and time take together.
    private static let mostBytes = 200

    /// The prefix of a line; nil if it has none.
    init?(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) {
        let lines = LogLines(bytes: bytes)
        let limit = min(line.upperBound, line.lowerBound + Self.mostBytes)
        let head = line.lowerBound..<limit
        let isClassic =
            line.count > 16 && bytes[line.lowerBound + 3] == ASCII.space
            && lines.digits(2, at: line.lowerBound + 7) != nil && bytes[line.lowerBound + 9] == ASCII.colon
        let time = Self.time(lines, line)
        guard isClassic || time != nil else { return nil }
        var offset = line.lowerBound
        while offset < limit && !lines.has(Self.word, at: offset, in: head) { offset += 1 }
        offset += Self.word.count
        guard offset < limit else { return nil }
        if bytes[offset] == 0x5B {
            offset += 1
            while offset < limit && ASCII.isDigit(bytes[offset]) { offset += 1 }
            guard offset < limit, bytes[offset] == 0x5D else { return nil }
            offset += 1
        }
        guard offset + 1 < limit, bytes[offset] == ASCII.colon, bytes[offset + 1] == ASCII.space else { return nil }
        end = offset + 2
        self.time = time
    }

    /// The time at the start of a line if it is complete.
    private static func time(_ lines: LogLines, _ line: Range<Int>) -> Int64? {
        let (bytes, start) = (lines.bytes, line.lowerBound)
        guard line.count > 26, bytes[start + 4] == ASCII.minus, bytes[start + 7] == ASCII.minus,
            bytes[start + 10] == 0x54,
            let year = lines.digits(4, at: start), let month = lines.digits(2, at: start + 5),
            let day = lines.digits(2, at: start + 8), let hour = lines.digits(2, at: start + 11),
            let minute = lines.digits(2, at: start + 14), let second = lines.digits(2, at: start + 17)
        else { return nil }
        var offset = start + 19
        var millisecond = 0
        if bytes[offset] == ASCII.dot {
            var scale = 100
            offset += 1
            while offset < line.upperBound, ASCII.isDigit(bytes[offset]) {
                millisecond += Int(bytes[offset] - ASCII.zero) * scale
                scale /= 10
                offset += 1
            }
        }
        guard offset < line.upperBound,
            let time = LogTime.milliseconds(year, month, day, hour, minute, second, millisecond)
        else { return nil }
        if bytes[offset] == 0x5A { return time }
        let isEast = bytes[offset] == ASCII.plus
        guard isEast || bytes[offset] == ASCII.minus, offset + 6 <= line.upperBound,
            let hours = lines.digits(2, at: offset + 1), let minutes = lines.digits(2, at: offset + 4)
        else { return nil }
        let shift = Int64(hours * 60 + minutes) * 60_000
        return isEast ? time - shift : time + shift
    }
}
