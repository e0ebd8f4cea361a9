/// A log read once, from its first byte to its last: its events, and what pairs them.
package struct LogScan {
    package let form: LogForm
    package private(set) var events: [LogEvent] = []
    package internal(set) var connections: [LogConnection] = []
    package internal(set) var transactions: [LogTransaction] = []
    /// Names of connections.
    package private(set) var names = ByteTable()
    /// Tokens, replies, whole lines.
    package private(set) var strings = ByteTable()
    package private(set) var paths = ByteTable()
    package private(set) var lineCount = 0
    /// The number of lines that are no record.
    package private(set) var otherCount = 0
    /// Whether the log has requests that only read, which oxenstored leaves out by default.
    package private(set) var hasReads = false

    /// - Parameter bytes: all bytes of the log.
    package init(_ bytes: [UInt8], _ form: LogForm) {
        self.form = form
        bytes.withUnsafeBytes { read($0) }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var reader = LogReader(form, bytes)
        var pairing: any LogPairing = form == .trace ? TracePairing() : AccessPairing()
        events.reserveCapacity(bytes.count / 90)
        var scratch: [UInt8] = []
        while let entry = reader.next() {
            var event = LogEvent(
                offset: entry.range.lowerBound, count: Int32(truncatingIfNeeded: entry.range.count),
                lineCount: Int32(truncatingIfNeeded: entry.lineCount), time: entry.time ?? LogEvent.noTime,
                operation: entry.operation, answered: entry.answered, shape: entry.shape)
            lineCount += entry.lineCount
            if entry.operation == .none { otherCount += 1 }
            switch entry.operation {
            case .read, .directory, .getPermissions: hasReads = true
            default: break
            }
            if entry.shape.contains(.verbatim) || entry.operation == .none {
                event.raw = strings.index(of: reader.slice(entry.range))
            } else if let prefix = entry.prefix {
                event.raw = strings.index(of: reader.slice(prefix))
            }
            let index = Int32(truncatingIfNeeded: events.count)
            if let name = entry.connection {
                event.connection = pairing.connection(
                    names.index(of: reader.slice(name)), entry, index, &self)
            } else if entry.operation == .none {
                pairing.sawOther(reader.slice(entry.range))
            }
            if let path = entry.path { setPath(path, &event, reader, &scratch) }
            if let detail = entry.detail { setDetail(detail, &event, reader) }
            if let tid = entry.tid { event.tid = Int64(tid) }
            events.append(event)
            if entry.operation != .none { pairing.pair(index, &self) }
        }
        pairing.end(&self)
    }

    private mutating func setPath(
        _ path: LogText, _ event: inout LogEvent, _ reader: LogReader, _ scratch: inout [UInt8]
    ) {
        let raw = reader.slice(path.range)
        let isRelative = raw.first.map { $0 != ASCII.slash && $0 != ASCII.at } ?? false
        let domid = isRelative && event.connection >= 0 ? connections[Int(event.connection)].domid : nil
        guard domid != nil || path.isEscaped else {
            event.path = paths.index(of: raw)
            return
        }
        scratch.removeAll(keepingCapacity: true)
        if let domid {
            event.shape.insert(.relative)
            Self.appendHome(domid, to: &scratch)
        }
        if path.isEscaped { scratch += path.decoded(in: reader.bytes) } else { scratch.append(contentsOf: raw) }
        event.path = scratch.withUnsafeBytes { paths.index(of: $0) }
    }

    /// Appends the home of a domain, with a slash at its end.
    package static func appendHome(_ domid: UInt16, to text: inout [UInt8]) {
        text.append(contentsOf: "/local/domain/".utf8)
        Decimal.append(domid, to: &text)
        text.append(ASCII.slash)
    }

    private mutating func setDetail(_ detail: LogText, _ event: inout LogEvent, _ reader: LogReader) {
        if event.operation == .write {
            event.valueStart = Int32(truncatingIfNeeded: detail.range.lowerBound - event.offset)
            event.valueCount = Int32(truncatingIfNeeded: detail.range.count)
            event.isValueEscaped = detail.isEscaped
        } else if detail.isEscaped {
            event.detail = strings.index(of: detail.decoded(in: reader.bytes))
        } else {
            event.detail = strings.index(of: reader.slice(detail.range))
        }
    }

    /// Sets what came out of a request.
    /// - Parameters:
    ///   - index: the request.
    ///   - error: the event with the error; nil: it succeeded.
    mutating func settle(_ index: Int32, error: Int32? = nil) {
        guard let error else {
            events[Int(index)].outcome = 0
            return
        }
        events[Int(index)].outcome = events[Int(error)].detail + 1
        events[Int(error)].cause = index
    }

    /// Sets that a request had the outcome of another one.
    mutating func repeatOutcome(of first: Int32, for second: Int32) {
        events[Int(second)].outcome = events[Int(first)].outcome
    }

    /// Sets what is not known about a request after all.
    mutating func unsettle(_ index: Int32) {
        events[Int(index)].outcome = -1
    }

    mutating func setCause(_ index: Int32, _ cause: Int32) {
        events[Int(index)].cause = cause
    }

    mutating func setTransaction(_ index: Int32, _ transaction: Int32) {
        events[Int(index)].transaction = transaction
    }

    mutating func setTransactionID(_ index: Int32, _ tid: Int64) {
        events[Int(index)].tid = tid
    }
}
