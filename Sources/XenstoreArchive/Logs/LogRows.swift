import XenstoreStream

/// Stores a log that has been read as a segment.
struct LogRows {
    private let database: Database
    private let scan: LogScan
    private let bytes: [UInt8]
    private let segmentID: Int64
    private let zone: LogZone?
    private let firstEvent, firstString, firstConnection, firstTransaction: Int64

    static let pathIndex = "CREATE INDEX event_path ON event (path_id) WHERE path_id IS NOT NULL"

    /// - Parameters:
    ///   - bytes: those that were read.
    ///   - zone: that of the times in the lines; nil: unknown.
    init(_ database: Database, _ scan: LogScan, bytes: [UInt8], zone: LogZone?) throws {
        self.zone = zone
        self.database = database
        self.scan = scan
        self.bytes = bytes
        func next(_ sql: String) throws -> Int64 {
            let last = try database.integer(sql) ?? 0
            guard (0..<1 << 53).contains(last) else {
                throw ArchiveError(
                    .damaged, "\(database.path): an event has the id \(last), which no import assigns: restore a backup"
                )
            }
            return last + 1
        }
        segmentID = try next("SELECT max(segment_id) FROM log_segment")
        firstEvent = try next("SELECT max(last_event) FROM log_segment")
        firstString = try next("SELECT max(string_id) FROM log_string")
        firstConnection = try next("SELECT max(connection_id) FROM log_connection")
        firstTransaction = try next("SELECT max(transaction_id) FROM log_transaction")
    }

    /// Stores the segment.
    /// - Returns: its id.
    func store(logID: Int64, rotation: Int64?, sha256: String) throws -> Int64 {
        let times = scan.events.lazy.map(\.time).filter { $0 != LogEvent.noTime }
        let start = times.first
        let shift = zone?.shift ?? 0
        let insert = try database.prepare(
            """
            INSERT INTO log_segment (segment_id, log_id, position, line_count, size, sha256, first_event, last_event,
                                     start, finish, rotation, has_reads, utc_offset)
            VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try insert.bind(1, segmentID)
        try insert.bind(2, logID)
        try insert.bind(3, Int64(scan.lineCount))
        try insert.bind(4, Int64(bytes.count))
        try insert.bind(5, sha256)
        try insert.bind(6, firstEvent)
        try insert.bind(7, firstEvent + Int64(scan.lineCount) - 1)
        if let start { try insert.bind(8, start &- shift) }
        if let finish = times.last { try insert.bind(9, finish &- shift) }
        if let rotation { try insert.bind(10, rotation) }
        try insert.bind(11, scan.hasReads ? 1 : 0)
        if let zone { try insert.bind(12, zone.minutesAhead) }
        try insert.run()
        let eventIDs = eventIDs()
        try storeStrings()
        try storeConnections(eventIDs)
        try storeTransactions(eventIDs)
        let paths = try storePaths()
        try storeEvents(start ?? 0, paths, eventIDs)
        try storeMinutes(eventIDs)
        try storeTally(paths, eventIDs)
        return segmentID
    }

    /// The id of each event: it counts lines.
    private func eventIDs() -> [Int64] {
        var ids: [Int64] = []
        ids.reserveCapacity(scan.events.count)
        var next = firstEvent
        for event in scan.events {
            ids.append(next)
            next += Int64(event.lineCount)
        }
        return ids
    }

    // MARK: Names

    private func storeStrings() throws {
        guard scan.strings.count > 0 else { return }
        let batch = try BatchInsert(
            database, "INSERT INTO log_string (string_id, segment_id, string) VALUES", row: "(?, ?, ?)",
            count: scan.strings.count)
        for index in 0..<Int32(truncatingIfNeeded: scan.strings.count) {
            try batch.statement.bind(batch.offset + 1, firstString + Int64(index))
            try batch.statement.bind(batch.offset + 2, segmentID)
            try batch.statement.bindTextOrBlob(batch.offset + 3, scan.strings[index])
            try batch.next()
        }
    }

    private func storePaths() throws -> [Int64] {
        var ids: [Int64] = []
        ids.reserveCapacity(scan.paths.count)
        var next = (try database.integer("SELECT max(path_id) FROM path") ?? 0) + 1
        let insert = try database.prepare("INSERT OR IGNORE INTO path (path_id, path) VALUES (?, ?)")
        let find = try database.prepare("SELECT path_id FROM path WHERE path = ?")
        for index in 0..<Int32(truncatingIfNeeded: scan.paths.count) {
            let path = scan.paths[index]
            try insert.bind(1, next)
            try insert.bindTextOrBlob(2, path)
            try insert.run()
            if database.changeCount == 1 {
                ids.append(next)
                next += 1
                continue
            }
            try find.bindTextOrBlob(1, path)
            defer { find.reset() }
            guard try find.step() else {
                throw ArchiveError(
                    .damaged, "\(database.path): a path exists but cannot be found; restore a backup")
            }
            ids.append(find.integer(0))
        }
        return ids
    }

    private func storeConnections(_ eventIDs: [Int64]) throws {
        let insert = try database.prepare(
            """
            INSERT INTO log_connection (connection_id, segment_id, name, domid, replays, opened, closed)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for (index, connection) in scan.connections.enumerated() {
            insert.clearBindings()
            try insert.bind(1, firstConnection + Int64(index))
            try insert.bind(2, segmentID)
            try insert.bindTextOrBlob(3, scan.names[connection.name])
            if let domid = connection.domid { try insert.bind(4, Int64(domid)) }
            try insert.bind(5, connection.isReplay ? 1 : 0)
            if let opened = connection.opened { try insert.bind(6, eventIDs[Int(opened)]) }
            if let closed = connection.closed { try insert.bind(7, eventIDs[Int(closed)]) }
            try insert.run()
        }
    }

    private func storeTransactions(_ eventIDs: [Int64]) throws {
        let insert = try database.prepare(
            """
            INSERT INTO log_transaction (transaction_id, segment_id, connection_id, tid, first_event, last_event,
                                         result)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for (index, transaction) in scan.transactions.enumerated() {
            insert.clearBindings()
            try insert.bind(1, firstTransaction + Int64(index))
            try insert.bind(2, segmentID)
            try insert.bind(3, firstConnection + Int64(transaction.connection))
            try insert.bind(4, Int64(transaction.tid))
            try insert.bind(5, eventIDs[Int(transaction.start)])
            if let end = transaction.end { try insert.bind(6, eventIDs[Int(end)]) }
            if let result = transaction.result { try insert.bind(7, result.rawValue) }
            try insert.run()
        }
    }

    // MARK: Events

    private func storeEvents(_ start: Int64, _ paths: [Int64], _ eventIDs: [Int64]) throws {
        guard !scan.events.isEmpty else { return }
        // To make the index again costs less than to add to it at places all over it.
        let before =
            (try database.integer("SELECT max(last_event) FROM log_segment WHERE segment_id <> ?", segmentID) ?? 0)
        let isIndexMade = Int64(scan.events.count) > before / 4
        if isIndexMade { try database.execute("DROP INDEX event_path") }
        let batch = try BatchInsert(
            database,
            """
            INSERT INTO event (event_id, segment_id, at, connection_id, operation, tid, transaction_id, path_id, value,
                               detail_id, outcome, cause, shape, raw_id) VALUES
            """, row: "(?, \(segmentID), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", count: scan.events.count)
        try bytes.withUnsafeBytes { bytes in
            for (index, event) in scan.events.enumerated() {
                try bind(event, eventIDs[index], start, paths, eventIDs, bytes, batch.statement, batch.offset)
                try batch.next()
            }
        }
        if isIndexMade { try database.execute(Self.pathIndex) }
    }

    private func bind(
        _ event: LogEvent, _ eventID: Int64, _ start: Int64, _ paths: [Int64], _ eventIDs: [Int64],
        _ bytes: UnsafeRawBufferPointer, _ statement: Statement, _ offset: Int
    ) throws {
        func bind(_ column: Int, _ isKnown: Bool, _ value: @autoclosure () -> Int64) throws {
            if isKnown { try statement.bind(offset + column, value()) } else { try statement.bindNull(offset + column) }
        }
        try statement.bind(offset + 1, eventID)
        try bind(2, event.time != LogEvent.noTime, event.time - start)
        try bind(3, event.connection >= 0, firstConnection + Int64(event.connection))
        try statement.bind(offset + 4, event.storedOperation)
        try bind(5, event.tid >= 0, event.tid)
        try bind(6, event.transaction >= 0, firstTransaction + Int64(event.transaction))
        try bind(7, event.path >= 0, event.path >= 0 ? paths[Int(event.path)] : 0)
        if event.valueStart >= 0 {
            let place = event.offset + Int(event.valueStart)
            let range = place..<place + Int(event.valueCount)
            if event.isValueEscaped {
                let value = LogText(range: range, isEscaped: true).decoded(in: bytes)
                try statement.bindTextOrBlob(offset + 8, value[...])
            } else {
                try statement.bindTextOrBlob(offset + 8, standingAt: UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        } else {
            try statement.bindNull(offset + 8)
        }
        try bind(9, event.detail >= 0, firstString + Int64(event.detail))
        try bind(10, event.outcome >= 0, event.outcome == 0 ? 0 : firstString + Int64(event.outcome) - 1)
        try bind(11, event.cause >= 0, event.cause >= 0 ? eventID - eventIDs[Int(event.cause)] : 0)
        try statement.bind(offset + 12, Int64(event.shape.rawValue))
        try bind(13, event.raw >= 0, firstString + Int64(event.raw))
    }

    // MARK: Sums

    private func storeMinutes(_ eventIDs: [Int64]) throws {
        let insert = try database.prepare(
            "INSERT OR IGNORE INTO log_minute (segment_id, minute, event_id) VALUES (?, ?, ?)")
        var last = Int64.min
        for (index, event) in scan.events.enumerated() where event.time != LogEvent.noTime {
            let minute = event.time / 60_000 - (zone?.minutesAhead ?? 0)
            // A clock that was set back does not give a minute a second row.
            guard minute > last else { continue }
            last = minute
            try insert.bind(1, segmentID)
            try insert.bind(2, minute)
            try insert.bind(3, eventIDs[index])
            try insert.run()
        }
    }

    private func storeTally(_ paths: [Int64], _ eventIDs: [Int64]) throws {
        var tally: [LogTally.Key: LogTally] = [:]
        for (index, event) in scan.events.enumerated() {
            let domid = event.connection >= 0 ? scan.connections[Int(event.connection)].domid : nil
            let key = LogTally.Key(
                domid: domid.map { Int32($0) } ?? -1, operation: Int32(event.storedOperation), outcome: event.outcome,
                path: event.path, detail: event.tallied)
            tally[key, default: LogTally()].add(Int32(truncatingIfNeeded: index))
        }
        let insert = try database.prepare(
            """
            INSERT INTO event_tally (segment_id, domid, operation, outcome, path_id, events, last_event, detail_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for (key, sum) in tally.sorted(by: { $0.value.last < $1.value.last }) {
            insert.clearBindings()
            try insert.bind(1, segmentID)
            if key.domid >= 0 { try insert.bind(2, Int64(key.domid)) }
            try insert.bind(3, Int64(key.operation))
            if key.outcome == 0 {
                try insert.bind(4, "ok")
            } else if key.outcome > 0 {
                let word = scan.strings[key.outcome - 1]
                try insert.bindTextOrBlob(4, word.last == ASCII.space ? word.dropLast() : word)
            }
            if key.path >= 0 { try insert.bind(5, paths[Int(key.path)]) }
            try insert.bind(6, sum.count)
            try insert.bind(7, eventIDs[Int(sum.last)])
            if key.detail >= 0 { try insert.bind(8, firstString + Int64(key.detail)) }
            try insert.run()
        }
    }
}
