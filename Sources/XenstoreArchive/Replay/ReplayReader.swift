import XenstoreStream

/// Reads the records of a log that matter to what the store is, in the order of their lines.
final class ReplayReader {
    private let database: Database
    private let log: ArchivedLog
    private let segments: [LogSegment]
    /// What is subtracted from the log's times to get UTC, in milliseconds.
    private let offset: Int64
    private var next: Int
    private var rows: Statement?
    private var connections: LogNumbered<LogClient>?
    private var results: [Int64: LogTransaction.Result] = [:]
    /// The last request, or the end, of each connection in the segment.
    private var lastRequests: [Int64: Int64] = [:]
    /// What the next segment has first of a connection with a name.
    private var followers: [Octets: LogOperation] = [:]
    private var hasReads = false

    /// - Parameter first: the index of the segment to begin with.
    init(_ database: Database, _ log: ArchivedLog, _ segments: [LogSegment], from first: Int, offset: Int64) {
        self.database = database
        self.log = log
        self.segments = segments
        self.offset = offset
        next = first
    }

    /// The next record, or that a segment begins; nil at the end.
    func item() throws -> ReplayItem? {
        if let rows {
            if try rows.step() { return .event(try event(rows, segments[next - 1])) }
            self.rows = nil
        }
        guard segments.indices.contains(next) else { return nil }
        let segment = segments[next]
        next += 1
        try open(segment)
        return .segment(segment, isJoined: segment.joined != nil)
    }

    /// The last time before a segment.
    func finishBefore(_ segment: LogSegment) -> Int64? {
        segments.last { $0.position < segment.position }?.finish.map { $0 &- offset }
    }

    /// The last time in the segment before a line.
    func time(before position: Int64) throws -> Int64? {
        guard segments.indices.contains(next - 1) else { return nil }
        let segment = segments[next - 1]
        let row = try database.prepare(
            "SELECT at FROM event WHERE event_id >= ? AND event_id < ? AND at IS NOT NULL "
                + "ORDER BY event_id DESC LIMIT 1"
        )
        try row.bind(1, segment.firstEvent)
        try row.bind(2, segment.firstEvent &+ (position &- segment.position))
        return try row.step() ? (row.integer(0) &+ (segment.start ?? 0)) &- offset : nil
    }

    // MARK: Segments

    private func open(_ segment: LogSegment) throws {
        let clients = try database.prepare(
            "SELECT connection_id, name, domid FROM log_connection WHERE segment_id = ? ORDER BY connection_id")
        try clients.bind(1, segment.segmentID)
        connections = try LogNumbered(clients) {
            LogClient(name: Array($0.octets(1)), domid: $0.isNull(2) ? nil : UInt16(exactly: $0.integer(2)))
        }
        results = [:]
        let ends = try database.prepare(
            "SELECT transaction_id, result FROM log_transaction WHERE segment_id = ? AND result IS NOT NULL")
        try ends.bind(1, segment.segmentID)
        while try ends.step() { results[ends.integer(0)] = LogTransaction.Result(rawValue: ends.string(1)) }
        let reads = try database.prepare("SELECT has_reads FROM log_segment WHERE segment_id = ?")
        try reads.bind(1, segment.segmentID)
        hasReads = try reads.step() && reads.integer(0) == 1
        try readRequests(segment)
        let range = try self.range(segment)
        let events = try database.prepare(
            """
            SELECT e.event_id, e.at, e.connection_id, e.operation, e.tid, e.transaction_id, p.path, e.value, d.string,
                   e.outcome, x.string, e.shape, r.string
            FROM event e
            LEFT JOIN path p ON p.path_id = e.path_id
            LEFT JOIN log_string d ON d.string_id = e.detail_id
            LEFT JOIN log_string x ON x.string_id = e.outcome
            LEFT JOIN log_string r ON r.string_id = e.raw_id
            WHERE e.event_id BETWEEN ? AND ? AND e.operation IN (0, 2, 3, 4, 5, 12, 13, 15, 20, 50, 51, 52, 53, 54)
            ORDER BY e.event_id
            """)
        try events.bind(1, range.first)
        try events.bind(2, range.last)
        rows = events
    }

    /// Only an access log does not show that a request succeeded, but by what follows.
    private func readRequests(_ segment: LogSegment) throws {
        lastRequests = [:]
        followers = [:]
        guard log.form != .trace else { return }
        let range = try self.range(segment)
        let requests = try database.prepare(
            """
            SELECT connection_id, max(event_id) FROM event
            WHERE event_id BETWEEN ? AND ? AND connection_id IS NOT NULL
              AND (operation BETWEEN 1 AND 26 OR operation IN (50, 51))
            GROUP BY connection_id
            """)
        try requests.bind(1, range.first)
        try requests.bind(2, range.last)
        while try requests.step() { lastRequests[requests.integer(0)] = requests.integer(1) }
        guard segments.indices.contains(next), segments[next].joined != nil else { return }
        let following = try self.range(segments[next])
        let firsts = try database.prepare(
            """
            SELECT c.name, e.operation, min(e.event_id) FROM event e
            JOIN log_connection c ON c.connection_id = e.connection_id
            WHERE e.event_id BETWEEN ? AND ? AND (e.operation BETWEEN 1 AND 26 OR e.operation IN (42, 50, 51))
            GROUP BY c.name
            """)
        try firsts.bind(1, following.first)
        try firsts.bind(2, following.last)
        while try firsts.step() {
            if let operation = UInt8(exactly: firsts.integer(1)).flatMap(LogOperation.init(rawValue:)) {
                followers[firsts.octets(0)] = operation
            }
        }
    }

    private func range(_ segment: LogSegment) throws -> (first: Int64, last: Int64) {
        let (end, overflow) = segment.firstEvent.addingReportingOverflow(segment.lineCount)
        guard !overflow, segment.lineCount >= 0 else { throw damage("a segment has an impossible number of lines") }
        return (segment.firstEvent, end - 1)
    }

    private func damage(_ what: String) -> ArchiveError {
        ArchiveError(.damaged, "\(database.path): \(what); the archive is damaged: restore a backup")
    }

    // MARK: Events

    private func event(_ row: Statement, _ segment: LogSegment) throws -> ReplayEvent {
        func integer(_ column: Int) -> Int64? { row.isNull(column) ? nil : row.integer(column) }
        func octets(_ column: Int) -> Octets? { row.isNull(column) ? nil : row.octets(column) }
        let eventID = row.integer(0)
        guard let (operation, _) = LogEvent.operation(stored: row.integer(3)),
            let shape = UInt16(exactly: row.integer(11)).map(LogShape.init(rawValue:))
        else { throw damage("the event \(eventID) of a log has an unknown operation or shape") }
        let client = integer(2).flatMap { connections?[$0] }
        let time = integer(1).map { ($0 &+ (segment.start ?? 0)) &- offset }
        let outcome: ReplayEvent.Outcome =
            switch integer(9) {
            case 0?: .ok
            case .some: .error((octets(10) ?? []).last == ASCII.space ? row.octets(10).dropLast() : row.octets(10))
            case nil: open(eventID, integer(2), client)
            }
        return ReplayEvent(
            position: segment.position &+ (eventID &- segment.firstEvent), time: time, operation: operation,
            connection: client, tid: integer(4), transactionID: integer(5),
            result: integer(5).flatMap { results[$0] }, path: octets(6), value: octets(7), detail: octets(8),
            outcome: outcome, shape: shape, line: octets(12), isOfLogWithReads: hasReads)
    }

    /// The outcome of a request that the log has no answer to.
    private func open(_ eventID: Int64, _ connectionID: Int64?, _ client: LogClient?) -> ReplayEvent.Outcome {
        guard log.form != .trace, let connectionID, let client else { return .unknown }
        if let last = lastRequests[connectionID], eventID < last { return .noError }
        // The last request in this file: what comes next is in the next one.
        guard let follower = followers[Octets(client.name)], follower != .error else { return .unknown }
        return .noError
    }
}
