/// Pairs the records of an access log of oxenstored.
///
/// It writes a request's line when the request is done, and an error's line when that is sent. A
/// success has no line: the connection's next request shows that the one before it had no error.
struct AccessPairing: LogPairing {
    /// The newest use of each connection's name.
    private var connections: [Int32: Int32] = [:]
    /// The last request of each connection whose outcome is open; -1: none.
    private var requests: [Int32] = []
    /// The open transactions of each connection, by connection and tid.
    private var transactions: [UInt64: Int32] = [:]
    /// The changes of each open transaction.
    private var changesOf: [Int32: [Int32]] = [:]
    private var openOf: [Int32: Set<UInt64>] = [:]
    /// The transaction of each connection whose end was its last request. Its commit or conflict
    /// follows at once.
    private var ending: [Int32: UInt64] = [:]
    private var changes = LogChanges()
    /// The changes of transactions in conflict, by the name of the connection that does them again.
    private var again: [[UInt8]: [Int32]] = [:]
    /// Changes of which a watch event shows that they succeeded.
    private var shown: Set<Int32> = []

    mutating func connection(_ name: Int32, _ entry: LogEntry, _ index: Int32, _ scan: inout LogScan) -> Int32 {
        if entry.operation != .newConnection, let known = connections[name] { return known }
        var connection = LogConnection(name: name, domid: entry.domid)
        connection.isReplay = scan.names[name].first == ASCII.r
        if entry.operation == .newConnection { connection.opened = index }
        let number = Int32(truncatingIfNeeded: scan.connections.count)
        scan.connections.append(connection)
        connections[name] = number
        requests.append(-1)
        return number
    }

    mutating func sawOther(_ line: UnsafeRawBufferPointer) {}

    mutating func pair(_ index: Int32, _ scan: inout LogScan) {
        let event = scan.events[Int(index)]
        let connection = event.connection
        guard connection >= 0 else { return }
        if let key = ending[connection], event.operation.isRequest || event.operation == .endConnection {
            ending[connection] = nil
            abort(key, connection, &scan)
        }
        let isOpen = transactions[key(connection, event.tid)] != nil
        if event.tid > 0 && event.operation != .error && (isOpen || event.operation != .coalesce) {
            join(index, event, &scan)
        }
        switch event.operation {
        case .error: pairError(index, event, &scan)
        case .watchEvent:
            guard let cause = changes.cause(of: index, connection, event.path) else { break }
            scan.setCause(index, cause)
            if scan.events[Int(cause)].operation.isChange {
                scan.settle(cause)
                shown.insert(cause)
            }
        // To coalesce is to commit beside a change elsewhere.
        case .commit, .coalesce: finish(event, .commit, index, &scan)
        case .conflict: finish(event, .conflict, index, &scan)
        case .newConnection: break
        case .endConnection: close(connection, index, &scan)
        case let operation where operation.isRequest:
            succeed(connection, &scan)
            requests[Int(connection)] = index
            if operation == .watch { changes.watch(index, connection, event.path) }
            guard operation.isChange else { break }
            if event.transaction < 0 && event.tid <= 0 { changes.change(index, event.path) }
        default: break
        }
    }

    mutating func end(_ scan: inout LogScan) {
        guard !scan.hasReads else { return }
        // Errors that a node does not exist are in the log only if reads are.
        for index in scan.events.indices
        where scan.events[index].outcome == 0 && !shown.contains(Int32(truncatingIfNeeded: index)) {
            switch scan.events[index].operation {
            case .write, .mkdir, .watch, .transactionStart, .invalid, .introduce, .control: break
            default: scan.unsettle(Int32(truncatingIfNeeded: index))
            }
        }
    }

    // MARK: Requests

    private mutating func succeed(_ connection: Int32, _ scan: inout LogScan) {
        let request = requests[Int(connection)]
        if request >= 0 { scan.settle(request) }
        requests[Int(connection)] = -1
    }

    private mutating func pairError(_ index: Int32, _ event: LogEvent, _ scan: inout LogScan) {
        let request = requests[Int(event.connection)]
        guard request >= 0 else { return }
        requests[Int(event.connection)] = -1
        let asked = scan.events[Int(request)]
        // A request that is not in the log has this error, after the one that is.
        guard event.detail >= 0, Self.canFail(asked.operation, scan.strings[event.detail]), !shown.contains(request)
        else {
            return scan.settle(request)
        }
        scan.settle(request, error: index)
        changes.fail(request, asked.path)
    }

    /// Whether a request can fail with an error.
    static func canFail(_ operation: LogOperation, _ error: Octets) -> Bool {
        let word = String(decoding: error.last == ASCII.space ? error.dropLast() : error, as: UTF8.self)
        switch word {
        case "EAGAIN": return operation == .transactionEnd
        case "EEXIST": return operation == .watch || operation == .introduce
        case "ENOSYS": return operation == .invalid
        case "ENOENT": return ![.write, .mkdir, .watch, .transactionStart].contains(operation)
        default: return true
        }
    }

    private mutating func close(_ connection: Int32, _ index: Int32, _ scan: inout LogScan) {
        succeed(connection, &scan)
        scan.connections[Int(connection)].closed = index
        for key in openOf.removeValue(forKey: connection) ?? [] {
            guard let transaction = transactions.removeValue(forKey: key) else { continue }
            scan.transactions[Int(transaction)].end = index
            if hasChanged(changesOf.removeValue(forKey: transaction), scan) {
                scan.transactions[Int(transaction)].result = .abort
            }
        }
    }

    // MARK: Transactions

    private func key(_ connection: Int32, _ tid: Int64) -> UInt64 {
        UInt64(UInt32(bitPattern: connection)) << 32 | UInt64(UInt32(truncatingIfNeeded: tid))
    }

    /// Adds an event to its transaction.
    private mutating func join(_ index: Int32, _ event: LogEvent, _ scan: inout LogScan) {
        let key = key(event.connection, event.tid)
        let transaction: Int32
        if let known = transactions[key] {
            transaction = known
        } else {
            transaction = Int32(truncatingIfNeeded: scan.transactions.count)
            scan.transactions.append(
                LogTransaction(
                    connection: event.connection, tid: UInt32(truncatingIfNeeded: event.tid), start: index))
            transactions[key] = transaction
            openOf[event.connection, default: []].insert(key)
        }
        scan.setTransaction(index, transaction)
        if event.operation.isChange { changesOf[transaction, default: []].append(index) }
        if event.operation == .transactionEnd {
            scan.transactions[Int(transaction)].end = index
            ending[event.connection] = key
        }
    }

    /// Whether a transaction that is committed has a line that says so: it does if something in it
    /// has changed the store for certain, but not if an mkdir found its node, or an rm did not.
    private func hasChanged(_ changes: [Int32]?, _ scan: LogScan) -> Bool {
        (changes ?? []).contains { index in
            let event = scan.events[Int(index)]
            return event.outcome == 0 && (event.operation == .write || event.operation == .setPermissions)
        }
    }

    /// Ends a transaction without a commit or a conflict. Without changes, the log does not show
    /// whether it was aborted.
    private mutating func abort(_ key: UInt64, _ connection: Int32, _ scan: inout LogScan) {
        guard let transaction = transactions.removeValue(forKey: key) else { return }
        openOf[connection]?.remove(key)
        guard hasChanged(changesOf.removeValue(forKey: transaction), scan) else { return }
        scan.transactions[Int(transaction)].result = .abort
    }

    private mutating func finish(
        _ event: LogEvent, _ result: LogTransaction.Result, _ index: Int32, _ scan: inout LogScan
    ) {
        let key = key(event.connection, event.tid)
        guard let transaction = transactions.removeValue(forKey: key) else { return }
        openOf[event.connection]?.remove(key)
        ending[event.connection] = nil
        scan.transactions[Int(transaction)].result = result
        scan.transactions[Int(transaction)].end = index
        let changed = changesOf.removeValue(forKey: transaction) ?? []
        let name = Array(scan.names[scan.connections[Int(event.connection)].name])
        guard result == .commit else {
            again[Array("r(\(event.tid)):".utf8) + name] = changed
            return
        }
        if scan.connections[Int(event.connection)].isReplay {
            requests[Int(event.connection)] = -1
            repeatOutcomes(again.removeValue(forKey: name) ?? [], changed, &scan)
        }
        for change in changed where scan.events[Int(change)].outcome <= 0 {
            changes.change(change, scan.events[Int(change)].path)
        }
    }

    /// What a commit does again has no answers. It is committed only if they are those of the first
    /// time.
    private mutating func repeatOutcomes(_ first: [Int32], _ second: [Int32], _ scan: inout LogScan) {
        let isSame =
            first.count == second.count
            && zip(first, second).allSatisfy {
                scan.events[Int($0)].operation == scan.events[Int($1)].operation
                    && scan.events[Int($0)].path == scan.events[Int($1)].path
            }
        // Without them it is not known which.
        for change in second where !isSame { scan.unsettle(change) }
        for (before, now) in zip(first, second) where isSame {
            scan.repeatOutcome(of: before, for: now)
            if shown.contains(before) { shown.insert(now) }
        }
    }
}
