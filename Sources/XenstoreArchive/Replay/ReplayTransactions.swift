import XenstoreStream

/// The changes that wait in transactions for their ends.
struct ReplayTransactions {
    typealias Change = (event: ReplayEvent, fate: Fate)

    /// Whether a change has succeeded.
    enum Fate {
        case succeeded, failed, doubtful
    }

    private struct Key: Hashable {
        let connection: Octets
        let tid: Int64
    }

    /// In an access log, each line says its transaction.
    private var byConnection: [Key: [Change]] = [:]
    private var starts: [Key: Int] = [:]
    /// The changes of transactions in conflict, by the name of the connection that does them again.
    private var again: [Octets: [Change]] = [:]
    /// In a trace log, what pairs its records says it, for one segment.
    private var byNumber: [Int64: (connection: Octets, changes: [Change])] = [:]
    /// Changes in one of several transactions of a connection: it is not known in which.
    private var floating: [Octets: [Change]] = [:]
    /// How many transactions a connection of a trace log has open.
    private var openCounts: [Octets: Int] = [:]
    /// Connections of which it is not known to which transaction a request belongs.
    private var confused: Set<Octets> = []

    /// A connection cannot have more changes in doubt that are worth being remembered one by one.
    private static let mostFloating = 10_000

    // MARK: Access logs

    /// A transaction is in conflict: oxenstored does it again, on a connection like `r(5):A2`.
    mutating func conflict(_ connection: Octets, _ tid: Int64) {
        again[Octets("r(\(tid)):".utf8) + connection] = take(connection, tid)
    }

    /// Takes the changes of a transaction that is committed. What is done again has no answers: it
    /// is committed only if it has those that it had before.
    mutating func commit(_ connection: Octets, _ tid: Int64) -> [Change] {
        let changes = take(connection, tid)
        guard connection.first == ASCII.r else { return changes }
        let before = again.removeValue(forKey: connection) ?? []
        let isSame =
            before.count == changes.count
            && zip(before, changes).allSatisfy {
                $0.event.operation == $1.event.operation && $0.event.path == $1.event.path
            }
        return isSame ? before : changes.map { ($0.event, .doubtful) }
    }

    /// A transaction has begun when the store had this count.
    mutating func begin(_ connection: Octets, _ tid: Int64, count: Int) {
        starts[Key(connection: connection, tid: tid)] = count
    }

    /// The store's count when a transaction began: no later than its first change.
    mutating func takeStart(_ connection: Octets, _ tid: Int64) -> Int {
        starts.removeValue(forKey: Key(connection: connection, tid: tid)) ?? 0
    }

    /// Keeps a change of an access log until its transaction ends.
    /// - Parameter count: the store's count at the connection's last request before it.
    mutating func add(_ change: Change, _ connection: Octets, _ tid: Int64, count: Int) {
        let key = Key(connection: connection, tid: tid)
        if starts[key] == nil { starts[key] = count }
        byConnection[key, default: []].append(change)
    }

    /// Takes the changes of a transaction that is at its end.
    mutating func take(_ connection: Octets, _ tid: Int64) -> [Change] {
        byConnection.removeValue(forKey: Key(connection: connection, tid: tid)) ?? []
    }

    // MARK: Trace logs

    mutating func begin(_ connection: Octets) {
        openCounts[connection, default: 0] += 1
        if openCounts[connection, default: 0] > 1 { confused.insert(connection) }
    }

    /// Keeps a change of a trace log until its transaction ends.
    /// - Returns: false if it is in no transaction, so that it counts now; nil if that is not
    ///   known.
    mutating func add(_ change: Change, _ connection: Octets) -> Bool? {
        if !confused.contains(connection) {
            if let number = change.event.transactionID {
                byNumber[number, default: (connection, [])].changes.append(change)
                return true
            }
            if change.event.tid == 0 { return false }
        }
        if floating[connection, default: []].count < Self.mostFloating {
            floating[connection, default: []].append(change)
        }
        return nil
    }

    /// Takes the changes that the end of a transaction decides about.
    /// - Returns: the changes of the transaction, and those of which it is not known whether they
    ///   are of it.
    mutating func end(_ event: ReplayEvent, _ connection: Octets) -> (changes: [Change], doubtful: [Change]) {
        let changes = event.transactionID.flatMap { byNumber.removeValue(forKey: $0)?.changes } ?? []
        let doubtful = floating[connection] ?? []
        let left = max(0, (openCounts[connection] ?? 0) - 1)
        openCounts[connection] = left == 0 ? nil : left
        if left == 0 {
            confused.remove(connection)
            floating[connection] = nil
        }
        return (changes, doubtful)
    }

    // MARK: Both

    /// Forgets the transactions of a connection that has ended.
    mutating func close(_ connection: Octets) {
        byConnection = byConnection.filter { $0.key.connection != connection }
        starts = starts.filter { $0.key.connection != connection }
        byNumber = byNumber.filter { $0.value.connection != connection }
        floating[connection] = nil
        openCounts[connection] = nil
        confused.remove(connection)
    }

    /// Another segment begins: the numbers of a trace log's transactions are of one segment.
    mutating func nextSegment() {
        for (connection, changes) in byNumber.values {
            floating[connection, default: []] += changes
            confused.insert(connection)
        }
        byNumber = [:]
    }

    mutating func removeAll() {
        self = ReplayTransactions()
    }
}
