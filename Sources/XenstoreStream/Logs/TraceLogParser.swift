/// Reads the records of a trace log of the C xenstored.
///
/// Values are in it as they are, with newlines. A record begins at a line that has the form of one,
/// and ends with `)` at the end of a line, before the next line that can begin one.
struct TraceLogParser {
    let bytes: UnsafeRawBufferPointer

    private var lines: LogLines { LogLines(bytes: bytes) }
    /// The most bytes that a payload has.
    private static let mostBytes = 4096

    private static let directions: [(word: [UInt8], isIn: Bool, shape: LogShape)] = [
        ("IN ", true, []), ("OUT ", false, []), ("OUT(START) ", false, .started), ("OUT(END) ", false, .ended),
        ("OUT(ERR) ", false, .failed),
    ].map { (Array($0.utf8), $1, $2) }
    private static let objects: [(word: [UInt8], operation: LogOperation)] = [
        ("CREATE connection ", .newConnection), ("DESTROY connection ", .endConnection),
        ("CREATE watch ", .createWatch), ("DESTROY watch ", .destroyWatch),
        ("CREATE transaction ", .createTransaction), ("DESTROY transaction ", .destroyTransaction),
    ].map { (Array($0.utf8), $1) }
    /// How lines begin that are no records.
    private static let others = [
        "wrl: ", "acc: ", "tdb: ", "obj: ", "orphaned node ", "dropping duplicate watch ", "watch event path ",
        "Delaying transaction start", "Checking store ", "***",
    ].map { Array($0.utf8) }
    private static let ioClass = Array("io: ".utf8)
    private static let objectClass = Array("obj: ".utf8)
    private static let stars = Array("***".utf8)

    /// The record that begins at an offset, or the line there.
    func entry(at start: Int) -> LogEntry {
        let (content, next) = lines.line(at: start)
        if let entry = object(content, start..<next) { return entry }
        guard let (begun, payload) = beginning(content, start..<next), let end = end(of: content, payload, next) else {
            return LogEntry(start..<next)
        }
        var entry = begun
        entry.range = start..<end.next
        entry.lineCount = end.lineCount
        split(payload..<end.payload, &entry)
        return entry
    }

    /// Whether a line can be the first one after a record.
    func canBegin(at start: Int) -> Bool {
        guard start < bytes.count else { return true }
        let (content, next) = lines.line(at: start)
        if content.isEmpty { return next < bytes.count && lines.has(Self.stars, at: next, in: next..<bytes.count) }
        let isOther = Self.others.contains { lines.has($0, at: start, in: content) }
        return isOther || object(content, start..<next) != nil || beginning(content, start..<next) != nil
    }

    /// Whether the line at an offset has one of the forms that only this log has.
    func isOfThisLog(at start: Int) -> Bool {
        let (content, next) = lines.line(at: start)
        return object(content, start..<next) != nil || beginning(content, start..<next) != nil
    }

    // MARK: Forms

    private func object(_ content: Range<Int>, _ range: Range<Int>) -> LogEntry? {
        var entry = LogEntry(range)
        var start = content.lowerBound
        if lines.has(Self.objectClass, at: start, in: content) {
            entry.shape.insert(.classed)
            start += Self.objectClass.count
        }
        for (word, operation) in Self.objects where lines.has(word, at: start, in: content) {
            let pointer = start + word.count..<content.upperBound
            guard isPointer(pointer) else { return nil }
            entry.operation = operation
            if operation == .newConnection || operation == .endConnection {
                entry.connection = pointer
            } else {
                entry.detail = LogText(range: pointer)
            }
            return entry
        }
        return nil
    }

    private func isPointer(_ range: Range<Int>) -> Bool {
        range.count > 2 && range.count <= 18 && bytes[range.lowerBound] == ASCII.zero
            && bytes[range.lowerBound + 1] == ASCII.x
            && bytes[range.lowerBound + 2..<range.upperBound].allSatisfy {
                ASCII.isDigit($0) || ($0 >= 0x61 && $0 <= 0x66)
            }
    }

    /// The record of a message, without its payload, and where that begins.
    private func beginning(_ content: Range<Int>, _ range: Range<Int>) -> (LogEntry, payload: Int)? {
        var entry = LogEntry(range)
        var start = content.lowerBound
        if lines.has(Self.ioClass, at: start, in: content) {
            entry.shape.insert(.classed)
            start += Self.ioClass.count
        }
        guard let direction = Self.directions.first(where: { lines.has($0.word, at: start, in: content) }) else {
            return nil
        }
        entry.shape.formUnion(direction.shape)
        start += direction.word.count
        guard let end = lines.first(ASCII.space, in: start..<content.upperBound), isPointer(start..<end) else {
            return nil
        }
        entry.connection = start..<end
        start = end + 1
        if start + 3 < content.upperBound, bytes[start] == 0x28, bytes[start + 1] == 0x64 {
            guard let close = lines.first(ASCII.closeParenthesis, in: start..<content.upperBound),
                let domid = lines.number(start + 2..<close).flatMap({ UInt16(exactly: $0) }),
                close + 1 < content.upperBound, bytes[close + 1] == ASCII.space
            else { return nil }
            entry.domid = domid
            entry.shape.insert(.domained)
            start = close + 2
        }
        guard let time = time(start..<content.upperBound) else { return nil }
        entry.time = time
        start += 18
        guard let blank = lines.first(ASCII.space, in: start..<content.upperBound), blank + 1 < content.upperBound,
            bytes[blank + 1] == 0x28, let operation = operation(start..<blank, direction.isIn, &entry)
        else { return nil }
        entry.operation = operation
        return (entry, blank + 2)
    }

    /// `YYYYMMDD hh:mm:ss` and a blank.
    private func time(_ range: Range<Int>) -> Int64? {
        let start = range.lowerBound
        guard range.count > 18, bytes[start + 8] == ASCII.space, bytes[start + 11] == ASCII.colon,
            bytes[start + 14] == ASCII.colon, bytes[start + 17] == ASCII.space,
            let year = lines.digits(4, at: start), let month = lines.digits(2, at: start + 4),
            let day = lines.digits(2, at: start + 6), let hour = lines.digits(2, at: start + 9),
            let minute = lines.digits(2, at: start + 12), let second = lines.digits(2, at: start + 15)
        else { return nil }
        return LogTime.milliseconds(year, month, day, hour, minute, second, 0)
    }

    private func operation(_ word: Range<Int>, _ isIn: Bool, _ entry: inout LogEntry) -> LogOperation? {
        func isWord(_ other: [UInt8]) -> Bool {
            word.count == other.count && lines.has(other, at: word.lowerBound, in: word)
        }
        if !isIn {
            if isWord(LogWords.traceEvent) { return .watchEvent }
            if isWord(LogWords.traceError) { return .error }
        }
        guard let request = LogWords.trace.first(where: { isWord($0.word) })?.operation else { return nil }
        guard !isIn else { return request }
        entry.answered = request
        return .reply
    }

    // MARK: Payload

    /// Where a record ends whose payload begins in a line.
    /// - Returns: nil if it does not end before the next record, or has more bytes than a message.
    private func end(
        of content: Range<Int>, _ payload: Int, _ next: Int
    ) -> (payload: Int, next: Int, lineCount: Int)? {
        var (content, next, count) = (content, next, 1)
        while true {
            if content.upperBound - payload > Self.mostBytes + 1 { return nil }
            let isClosed =
                content.upperBound > max(payload, content.lowerBound)
                && bytes[content.upperBound - 1] == ASCII.closeParenthesis
            // A line that could begin a record, before this one is closed, is part of its value.
            if isClosed && canBegin(at: next) { return (content.upperBound - 1, next, count) }
            if next >= bytes.count { return nil }
            (content, next) = lines.line(at: next)
            count += 1
        }
    }

    /// Splits the payload into path and what follows it.
    private func split(_ payload: Range<Int>, _ entry: inout LogEntry) {
        guard entry.operation.hasPath else {
            entry.detail = LogText(range: payload)
            return
        }
        let end = lines.first(ASCII.space, in: payload) ?? payload.upperBound
        entry.path = LogText(range: payload.lowerBound..<end)
        if end < payload.upperBound { entry.detail = LogText(range: end + 1..<payload.upperBound) }
    }
}
