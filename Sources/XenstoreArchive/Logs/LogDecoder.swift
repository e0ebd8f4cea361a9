import XenstoreStream

/// Writes the lines of a segment from its rows.
final class LogDecoder {
    private let database: Database
    private let segment: LogSegment
    private let form: LogForm
    private var encoder: LogEncoder
    private let strings: LogNumbered<[UInt8]>
    private let connections: LogNumbered<LogClient>
    private var paths: [Int64: [UInt8]] = [:]
    private let pathRow: Statement

    init(_ database: Database, _ segment: LogSegment) throws {
        self.database = database
        self.segment = segment
        let row = try database.prepare("SELECT form FROM log WHERE log_id = ?")
        try row.bind(1, segment.logID)
        guard try row.step(), let form = LogForm(rawValue: row.string(0)) else {
            throw ArchiveError(.damaged, "\(database.path): a segment's log is missing; restore a backup")
        }
        self.form = form
        encoder = LogEncoder(form)
        pathRow = try database.prepare("SELECT path FROM path WHERE path_id = ?")
        let texts = try database.prepare(
            "SELECT string_id, string FROM log_string WHERE segment_id = ? ORDER BY string_id")
        try texts.bind(1, segment.segmentID)
        strings = try LogNumbered(texts) { Array($0.octets(1)) }
        let rows = try database.prepare(
            "SELECT connection_id, name, domid FROM log_connection WHERE segment_id = ? ORDER BY connection_id")
        try rows.bind(1, segment.segmentID)
        connections = try LogNumbered(rows) {
            LogClient(name: Array($0.octets(1)), domid: $0.isNull(2) ? nil : UInt16(exactly: $0.integer(2)))
        }
    }

    /// Calls `body` with each record of the lines: how many bytes of lines it is given at a time is
    /// not promised.
    /// - Parameters:
    ///   - firstLine: the first line in the segment, from 1 on.
    ///   - lineCount: how many lines.
    ///   - body: called with the bytes of one record, or of a line that is none.
    func forEachRecord(firstLine: Int64, lineCount: Int64, _ body: (Octets) throws -> Void) throws {
        let rows = try database.prepare(
            """
            SELECT event_id, at, connection_id, operation, tid, path_id, value, detail_id, shape, raw_id
            FROM event WHERE event_id BETWEEN ? AND ? ORDER BY event_id
            """)
        let (first, firstOverflow) = segment.firstEvent.addingReportingOverflow(firstLine - 1)
        let (last, lastOverflow) = first.addingReportingOverflow(lineCount - 1)
        guard !firstOverflow, !lastOverflow else { throw damage(segment.firstEvent, "has an impossible number") }
        try rows.bind(1, first)
        try rows.bind(2, last)
        var text: [UInt8] = []
        while try rows.step() {
            text.removeAll(keepingCapacity: true)
            try append(rows, to: &text)
            try body(text[...])
        }
    }

    /// Calls `body` with each record of the segment.
    func forEachRecord(_ body: (Octets) throws -> Void) throws {
        try forEachRecord(firstLine: 1, lineCount: segment.lineCount, body)
    }

    private func damage(_ eventID: Int64, _ what: String) -> ArchiveError {
        ArchiveError(
            .damaged,
            "\(database.path): the event \(eventID) of a log \(what); the archive is damaged: restore a backup")
    }

    private func append(_ row: Statement, to text: inout [UInt8]) throws {
        let eventID = row.integer(0)
        guard let (operation, answered) = LogEvent.operation(stored: row.integer(3)),
            let shape = UInt16(exactly: row.integer(8)).map(LogShape.init(rawValue:))
        else { throw damage(eventID, "has an unknown operation or shape") }
        if !row.isNull(9) {
            guard let raw = strings[row.integer(9)] else { throw damage(eventID, "lacks its line") }
            text.append(contentsOf: raw)
            if operation == .none || shape.contains(.verbatim) { return }
        }
        let connection = row.isNull(2) ? nil : connections[row.integer(2)]
        guard row.isNull(2) || connection != nil else { throw damage(eventID, "lacks its connection") }
        let time: Int64? = row.isNull(1) ? nil : row.integer(1) &+ (segment.start ?? 0) &+ segment.shift
        guard time.map({ (0..<Int64.max / 2).contains($0) }) ?? true else { throw damage(eventID, "has a wrong time") }
        let tid: UInt32? = row.isNull(4) ? nil : UInt32(exactly: row.integer(4))
        let isWritten = try (connection?.name ?? []).withUnsafeBytes { name in
            let fields = LogFields(
                operation, time: time, connection: connection == nil ? nil : name, domid: connection?.domid, tid: tid,
                answered: answered, shape: shape)
            guard encoder.appendHead(fields, to: &text) else { return false }
            try appendData(row, fields, connection?.domid, to: &text)
            return true
        }
        guard isWritten else { throw damage(eventID, "is none that this form of log has") }
    }

    private func appendData(
        _ row: Statement, _ fields: LogFields, _ domid: UInt16?, to text: inout [UInt8]
    ) throws {
        let eventID = row.integer(0)
        var path: [UInt8]?
        if !row.isNull(5) {
            var bytes = try self.path(row.integer(5), eventID)
            if fields.shape.contains(.relative) {
                var home: [UInt8] = []
                if let domid { LogScan.appendHome(domid, to: &home) }
                guard bytes.starts(with: home) else { throw damage(eventID, "has a path that is not in its home") }
                bytes.removeFirst(home.count)
            }
            path = bytes
        }
        let detail = row.isNull(7) ? nil : strings[row.integer(7)]
        guard row.isNull(7) || detail != nil else { throw damage(eventID, "lacks its text") }
        (path ?? []).withUnsafeBytes { pathBytes in
            let pathBytes = path == nil ? nil : pathBytes
            if !row.isNull(6) {
                encoder.appendData(path: pathBytes, detail: row.bytes(6), fields, to: &text)
            } else if let detail {
                detail.withUnsafeBytes {
                    encoder.appendData(path: pathBytes, detail: $0, fields, to: &text)
                }
            } else {
                encoder.appendData(path: pathBytes, detail: nil, fields, to: &text)
            }
        }
    }

    private func path(_ id: Int64, _ eventID: Int64) throws -> [UInt8] {
        if let known = paths[id] { return known }
        try pathRow.bind(1, id)
        defer { pathRow.reset() }
        guard try pathRow.step() else { throw damage(eventID, "lacks its path") }
        let bytes = Array(pathRow.octets(0))
        paths[id] = bytes
        return bytes
    }
}
