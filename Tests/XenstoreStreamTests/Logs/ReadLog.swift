import TestSupport

@testable import XenstoreStream

/// A log as tests look at it: its bytes and what was read from them.
struct ReadLog {
    let bytes: [UInt8]
    let scan: LogScan

    init(_ bytes: [UInt8], _ form: LogForm? = nil) throws {
        self.bytes = bytes
        scan = LogScan(bytes, form ?? LogForm.detect(bytes) ?? .access)
    }

    init(_ text: String, _ form: LogForm? = nil) throws {
        try self.init(Array(text.utf8), form)
    }

    static func fixture(_ name: String) throws -> ReadLog {
        try ReadLog(Fixtures.bytes("logs/" + name))
    }

    /// An event in one line: connection, operation, path, what follows, and what came out.
    func line(_ event: LogEvent) -> String {
        var words: [String] = []
        if event.connection >= 0 {
            words.append(text(scan.names[scan.connections[Int(event.connection)].name]))
        }
        words.append(event.operation.name)
        if event.path >= 0 { words.append(text(scan.paths[event.path])) }
        if let value = value(event) { words.append("'\(text(value[...]))'") }
        if event.detail >= 0 { words.append("<\(text(scan.strings[event.detail]))>") }
        if event.outcome == 0 { words.append("ok") }
        if event.outcome > 0 { words.append("= \(text(scan.strings[event.outcome - 1]))") }
        if event.shape.contains(.incomplete) { words.append("cut") }
        return words.joined(separator: " ")
    }

    /// What a write writes.
    func value(_ event: LogEvent) -> [UInt8]? {
        guard event.valueStart >= 0 else { return nil }
        let start = event.offset + Int(event.valueStart)
        let text = LogText(range: start..<start + Int(event.valueCount), isEscaped: event.isValueEscaped)
        return bytes.withUnsafeBytes { text.decoded(in: $0) }
    }

    var records: [LogEvent] { scan.events.filter { $0.operation != .none } }
    var lines: [String] { records.map(line) }

    func result(of event: LogEvent) -> LogTransaction.Result? {
        event.transaction < 0 ? nil : scan.transactions[Int(event.transaction)].result
    }

    func domid(_ event: LogEvent) -> UInt16? {
        event.connection < 0 ? nil : scan.connections[Int(event.connection)].domid
    }

    private func text(_ bytes: Octets) -> String { Escape.printable(bytes) }

    /// What the events cover of the bytes, as a complaint; nil: all of them, each once.
    var gap: String? {
        var end = 0
        var lines = 0
        for event in scan.events {
            if event.offset != end { return "an event begins at \(event.offset), not \(end)" }
            end = event.range.upperBound
            lines += Int(event.lineCount)
        }
        if end != bytes.count { return "the events end at \(end) of \(bytes.count)" }
        let newlines = bytes.count { $0 == ASCII.newline } + (bytes.isEmpty || bytes.last == ASCII.newline ? 0 : 1)
        return lines == newlines && lines == scan.lineCount ? nil : "\(lines) lines of \(newlines)"
    }
}
