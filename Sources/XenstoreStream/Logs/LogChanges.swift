/// The last changes of each path, to find what a watch event was about. A cause is certain only if
/// exactly one thing can have caused the event since the one before it.
struct LogChanges {
    /// The last two changes of each path; -1: none.
    private var last: [Int32] = []
    private var previous: [Int32] = []
    /// When a connection last had an event about a path, or set a watch on it, by both.
    private var events: [UInt64: Int32] = [:]
    private var watches: [UInt64: Int32] = [:]

    private func key(_ connection: Int32, _ path: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: connection)) << 32 | UInt64(UInt32(bitPattern: path))
    }

    mutating func change(_ index: Int32, _ path: Int32) {
        guard path >= 0 else { return }
        while last.count <= Int(path) {
            last.append(-1)
            previous.append(-1)
        }
        previous[Int(path)] = last[Int(path)]
        last[Int(path)] = index
    }

    /// Takes a change back that failed.
    mutating func fail(_ index: Int32, _ path: Int32) {
        guard path >= 0, Int(path) < last.count, last[Int(path)] == index else { return }
        last[Int(path)] = previous[Int(path)]
    }

    mutating func watch(_ index: Int32, _ connection: Int32, _ path: Int32) {
        watches[key(connection, path)] = index
    }

    /// The one event that must have caused a watch event; nil if several can have, or none.
    /// - Parameters:
    ///   - index: the watch event.
    ///   - scan: the log, of which the changes in a transaction count from its end on.
    mutating func cause(of index: Int32, _ connection: Int32, _ path: Int32) -> Int32? {
        guard path >= 0 else { return nil }
        let key = key(connection, path)
        let since = events[key] ?? -1
        events[key] = index
        var candidates: [Int32] = []
        if let watch = watches[key], watch > since { candidates.append(watch) }
        if Int(path) < last.count {
            for change in [last[Int(path)], previous[Int(path)]] where change > since { candidates.append(change) }
        }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
