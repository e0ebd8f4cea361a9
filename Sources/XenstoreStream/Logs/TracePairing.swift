/// Pairs the records of a trace log of the C xenstored, which shows every request and every reply.
struct TracePairing: LogPairing {
    /// What is known of a connection.
    private struct State {
        /// The requests without a reply, the oldest first.
        var requests: [Int32] = []
        /// The open transactions; if there are several, it is not known to which a request belongs.
        var open: [Int32] = []
        /// Transactions that are to be ended, by the request.
        var ending: [Int32: Int32] = [:]
        var changesOf: [Int32: [Int32]] = [:]
    }

    /// More than a client has open at once.
    private static let mostRequests = 512

    private var connections: [Int32: Int32] = [:]
    private var states: [State] = []
    private var changes = LogChanges()
    /// The domain that the newest record introduces.
    private var introduced: UInt16?
    /// Whether the daemon answers requests, so that a new connection is that of a domain that is
    /// being introduced, or a socket.
    private var isRunning = false

    mutating func connection(_ name: Int32, _ entry: LogEntry, _ index: Int32, _ scan: inout LogScan) -> Int32 {
        if entry.operation != .newConnection, let known = connections[name] {
            let domid = scan.connections[Int(known)].domid
            if domid == nil, let said = entry.domid { scan.connections[Int(known)].domid = said }
            if domid == nil || entry.domid == nil || domid == entry.domid { return known }
        }
        var connection = LogConnection(name: name, domid: entry.domid)
        if entry.operation == .newConnection {
            connection.opened = index
            connection.domid = introduced ?? (isRunning ? 0 : nil)
        }
        let number = Int32(truncatingIfNeeded: scan.connections.count)
        scan.connections.append(connection)
        states.append(State())
        connections[name] = number
        return number
    }

    mutating func sawOther(_ line: UnsafeRawBufferPointer) {
        if line.starts(with: "Checking store complete".utf8) { isRunning = true }
        if line.starts(with: "***".utf8) { isRunning = false }
    }

    mutating func pair(_ index: Int32, _ scan: inout LogScan) {
        let event = scan.events[Int(index)]
        if event.operation.hasPayload {
            isRunning = true
            introduced = nil
        }
        guard event.connection >= 0 else { return }
        let connection = Int(event.connection)
        switch event.operation {
        case .watchEvent:
            guard event.shape.direction != .ended else { break }
            if let cause = changes.cause(of: index, event.connection, event.path) { scan.setCause(index, cause) }
        case .error, .reply:
            if event.shape.direction != .ended { answer(index, event, &scan) }
        case .newConnection: introduced = nil
        case .endConnection:
            scan.connections[connection].closed = index
            for transaction in states[connection].open { end(transaction, index, .abort, &scan) }
            states[connection] = State()
        default: ask(index, event, &scan)
        }
    }

    mutating func end(_ scan: inout LogScan) {}

    // MARK: Requests

    private mutating func ask(_ index: Int32, _ event: LogEvent, _ scan: inout LogScan) {
        let connection = Int(event.connection)
        // A daemon that answers has few open requests of a connection.
        if states[connection].requests.count >= Self.mostRequests {
            states[connection].requests.removeFirst(Self.mostRequests / 2)
        }
        states[connection].requests.append(index)
        let open = states[connection].open
        switch event.operation {
        case .introduce:
            introduced = domid(event, scan)
            if open.isEmpty { scan.setTransactionID(index, 0) }
        case .watch:
            changes.watch(index, event.connection, event.path)
            if open.isEmpty { scan.setTransactionID(index, 0) }
        case .transactionEnd:
            guard open.count == 1 else { break }
            join(index, open[0], &scan)
            states[connection].ending[index] = open[0]
            // Watch events of the commit may come before its reply.
            if event.detail >= 0, scan.strings[event.detail].first == 0x54 {
                for change in states[connection].changesOf.removeValue(forKey: open[0]) ?? []
                where scan.events[Int(change)].outcome == 0 {
                    changes.change(change, scan.events[Int(change)].path)
                }
            }
        default:
            if open.isEmpty {
                scan.setTransactionID(index, 0)
                if event.operation.isChange { changes.change(index, event.path) }
            } else if open.count == 1 {
                join(index, open[0], &scan)
                if event.operation.isChange { states[connection].changesOf[open[0], default: []].append(index) }
            }
        }
    }

    private mutating func join(_ index: Int32, _ transaction: Int32, _ scan: inout LogScan) {
        scan.setTransaction(index, transaction)
        scan.setTransactionID(index, Int64(scan.transactions[Int(transaction)].tid))
    }

    /// The domain that INTRODUCE names first.
    private func domid(_ event: LogEvent, _ scan: LogScan) -> UInt16? {
        guard event.detail >= 0 else { return nil }
        let digits = scan.strings[event.detail].prefix { ASCII.isDigit($0) }
        return UInt16(String(decoding: digits, as: UTF8.self))
    }

    private mutating func answer(_ index: Int32, _ event: LogEvent, _ scan: inout LogScan) {
        let connection = Int(event.connection)
        guard
            let place = states[connection].requests.firstIndex(where: {
                event.operation == .error || scan.events[Int($0)].operation == event.answered
            })
        else { return }
        let request = states[connection].requests[place]
        // Requests before it have no reply in the log.
        states[connection].requests.removeFirst(place + 1)
        let asked = scan.events[Int(request)]
        if event.operation == .error {
            scan.settle(request, error: index)
            changes.fail(request, asked.path)
        } else {
            scan.settle(request)
            scan.setCause(index, request)
        }
        if asked.operation == .transactionStart && event.operation == .reply {
            begin(request, index, event, &scan)
        }
        if let transaction = states[connection].ending.removeValue(forKey: request) {
            states[connection].open.removeAll { $0 == transaction }
            states[connection].changesOf[transaction] = nil
            end(transaction, index, result(asked, event, scan), &scan)
        } else if asked.operation == .transactionEnd && event.operation == .reply {
            // One of several has ended.
            states[connection].open = []
        }
    }

    // MARK: Transactions

    private mutating func begin(_ request: Int32, _ reply: Int32, _ event: LogEvent, _ scan: inout LogScan) {
        guard event.detail >= 0,
            let tid = UInt32(
                String(decoding: scan.strings[event.detail].prefix { ASCII.isDigit($0) }, as: UTF8.self))
        else { return }
        let transaction = Int32(truncatingIfNeeded: scan.transactions.count)
        scan.transactions.append(LogTransaction(connection: event.connection, tid: tid, start: request))
        states[Int(event.connection)].open.append(transaction)
        for index in [request, reply] { join(index, transaction, &scan) }
    }

    private func result(_ asked: LogEvent, _ event: LogEvent, _ scan: LogScan) -> LogTransaction.Result? {
        let word = event.detail >= 0 ? scan.strings[event.detail] : []
        if event.operation == .error { return word.starts(with: "EAGAIN".utf8) ? .conflict : nil }
        guard asked.detail >= 0, let letter = scan.strings[asked.detail].first else { return nil }
        return letter == 0x54 ? .commit : .abort
    }

    private func end(
        _ transaction: Int32, _ index: Int32, _ result: LogTransaction.Result?, _ scan: inout LogScan
    ) {
        scan.transactions[Int(transaction)].end = index
        scan.transactions[Int(transaction)].result = result
    }
}
