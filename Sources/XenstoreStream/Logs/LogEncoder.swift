/// Writes the line of a record from its fields, as its daemon writes it.
package struct LogEncoder {
    private let form: LogForm
    /// The second whose date and clock were written last, and their text.
    private var second = Int64.min
    private var clock: [UInt8] = []

    package init(_ form: LogForm) {
        self.form = form
    }

    /// Appends what is before the path and the detail.
    /// - Parameters:
    ///   - fields: the record's fields.
    ///   - text: what to append to.
    /// - Returns: false if the form has no such record; what was appended is then of no use.
    package mutating func appendHead(_ fields: LogFields, to text: inout [UInt8]) -> Bool {
        form == .trace ? appendTrace(fields, to: &text) : appendAccess(fields, to: &text)
    }

    /// Appends path, detail and what ends the line.
    package func appendData(
        path: UnsafeRawBufferPointer?, detail: UnsafeRawBufferPointer?, _ fields: LogFields, to text: inout [UInt8]
    ) {
        if let path { append(path, to: &text) }
        if path != nil && detail != nil { text.append(ASCII.space) }
        if let detail { append(detail, to: &text) }
        if form == .trace && fields.operation.hasPayload { text.append(ASCII.closeParenthesis) }
        text.append(ASCII.newline)
    }

    private func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        if form == .trace || bytes.isPlainInLogs {
            text.append(contentsOf: bytes)
        } else {
            text.append(contentsOf: OCamlEscape.text(bytes))
        }
    }

    // MARK: Access logs

    private mutating func appendAccess(_ fields: LogFields, to text: inout [UInt8]) -> Bool {
        guard let word = LogWords.access(fields.operation), let connection = fields.connection else { return false }
        if form == .access {
            guard let time = fields.time else { return false }
            text.append(0x5B)
            appendClock(time, separator: 0x54, to: &text)
            text.append(ASCII.dot)
            LogTime.append(Int(time % 1000), width: 3, to: &text)
            text.append(0x5A)
            text.append(0x5D)
            text.append(ASCII.space)
            text.append(ASCII.space)
        }
        let start = text.count
        text.append(contentsOf: connection)
        if let tid = fields.tid, tid != 0 {
            text.append(ASCII.dot)
            Decimal.append(tid, to: &text)
        }
        pad(from: start, to: fields.shape.contains(.narrow) ? 10 : 12, &text)
        let wordStart = text.count
        text.append(contentsOf: word)
        if fields.shape.contains(.trimmed) { return true }
        pad(from: wordStart, to: 9, &text)
        return true
    }

    /// Adds blanks up to a width, and one more.
    private func pad(from start: Int, to width: Int, _ text: inout [UInt8]) {
        while text.count - start < width { text.append(ASCII.space) }
        text.append(ASCII.space)
    }

    // MARK: Trace logs

    private static let objects: [LogOperation: [UInt8]] = [
        .newConnection: "CREATE connection ", .endConnection: "DESTROY connection ", .createWatch: "CREATE watch ",
        .destroyWatch: "DESTROY watch ", .createTransaction: "CREATE transaction ",
        .destroyTransaction: "DESTROY transaction ",
    ].mapValues { Array($0.utf8) }

    private mutating func appendTrace(_ fields: LogFields, to text: inout [UInt8]) -> Bool {
        let isObject = !fields.operation.hasPayload
        if fields.shape.contains(.classed) { text.append(contentsOf: (isObject ? "obj: " : "io: ").utf8) }
        if isObject {
            guard let word = Self.objects[fields.operation] else { return false }
            text.append(contentsOf: word)
            if let connection = fields.connection { text.append(contentsOf: connection) }
            return true
        }
        guard let connection = fields.connection, let time = fields.time else { return false }
        let word: [UInt8]
        switch fields.operation {
        case .watchEvent: word = LogWords.traceEvent
        case .error: word = LogWords.traceError
        default:
            guard let request = LogWords.trace(fields.operation == .reply ? fields.answered : fields.operation) else {
                return false
            }
            word = request
        }
        appendDirection(fields, to: &text)
        text.append(contentsOf: connection)
        if fields.shape.contains(.domained) {
            guard let domid = fields.domid else { return false }
            text.append(contentsOf: " (d".utf8)
            Decimal.append(domid, to: &text)
            text.append(ASCII.closeParenthesis)
        }
        text.append(ASCII.space)
        appendClock(time, separator: ASCII.space, to: &text)
        text.append(ASCII.space)
        text.append(contentsOf: word)
        text.append(ASCII.space)
        text.append(0x28)
        return true
    }

    private func appendDirection(_ fields: LogFields, to text: inout [UInt8]) {
        if fields.operation.isRequest { return text.append(contentsOf: "IN ".utf8) }
        switch fields.shape.direction {
        case .started: text.append(contentsOf: "OUT(START) ".utf8)
        case .ended: text.append(contentsOf: "OUT(END) ".utf8)
        case .failed: text.append(contentsOf: "OUT(ERR) ".utf8)
        default: text.append(contentsOf: "OUT ".utf8)
        }
    }

    private mutating func appendClock(_ time: Int64, separator: UInt8, to text: inout [UInt8]) {
        if time / 1000 != second {
            second = time / 1000
            clock.removeAll(keepingCapacity: true)
            LogTime.append(time, separator: separator, to: &clock)
        }
        text.append(contentsOf: clock)
    }
}
