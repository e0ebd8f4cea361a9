import XenstoreStream

/// Replays a log from an image on.
struct Replayer {
    /// What a record of the log did to the store.
    struct Step {
        /// The number of the record's line in the log.
        let position: Int64
        /// Milliseconds since 1970; nil: not known.
        let time: Int64?
        /// The path, or the beginning of it; nil: the whole store may have changed.
        let path: Octets?
        /// The domain that asked for it.
        let domid: UInt16?
    }

    let source: ReplaySource
    var state: StoreState
    /// What the image says of the daemon, which is so as long as it runs.
    var global: GlobalData?
    /// What the result cannot say, in sentences.
    var notes: [String] = []
    /// Called after each change.
    var observe: ((Step, StoreState) -> Void)?
    var doubtCount = 0

    let reader: ReplayReader
    var transactions = ReplayTransactions()
    var hasBegun = false
    /// An item that is after the moment up to which was replayed.
    var waiting: ReplayItem?
    /// The domains that have ended since the last record that is not one of the daemon's own lines.
    var ended: [UInt16] = []
    var lastTime: Int64?
    /// The moment up to the end of which is replayed.
    var moment: Range<Int64> = 0..<0
    /// The time of the record that is being replayed.
    var now: Int64?
    /// Whether permissions were set in the second of the image.
    var hasSetPermissions = false
    var highestSocket: Int64 = -1
    var isUpdating = false
    /// Whether the file of a trace log has just begun.
    var isFresh = false
    var clockProblem = false
    /// The number of the newest record's line.
    var position: Int64 = 0
    /// The store's count at the last record of each connection of an access log.
    var counts: [Octets: Int] = [:]
    /// Whether the log is one of Xen 4.19 or later.
    var hasDomains = false

    init(_ archive: Archive, _ source: ReplaySource) throws {
        self.source = source
        state = try StoreState(
            of: ImageSource(archive, source.image), rules: Self.rules(source.log.form), global: &global)
        reader = ReplayReader(
            archive.database, source.log, source.segments, from: source.firstSegment, offset: source.offset)
        if !source.knowsZone {
            notes.append(
                "the log does not say in which time zone its times are; they are taken as UTC. A file with the time "
                    + "at which it was written would show it")
        }
        if !source.beginsInTime {
            state.forget()
            global = nil
            let start = try source.segments.first?.start.map { try Moment.text($0 &- source.offset) }
            notes.append(
                "the log begins after the image, at \(start ?? "an unknown time"): what no request has changed since "
                    + "is unknown. Import older lines, or a later image")
        }
    }

    static func rules(_ form: LogForm) -> StoreRules {
        form == .trace ? .xenstored : .oxenstored
    }

    var isTrace: Bool {
        source.log.form == .trace
    }

    /// Replays all that happened up to the end of a time, in milliseconds since 1970.
    mutating func run(through moment: Range<Int64>) throws {
        self.moment = moment
        while let item = try waiting ?? reader.item() {
            waiting = nil
            let isLater =
                switch item {
                case .segment(let segment, let isJoined): try !begin(segment, isJoined: isJoined)
                case .event(let event): try !replay(event)
                }
            if isLater {
                waiting = item
                break
            }
        }
        endDomains()
    }

    /// Whether the moment up to which is replayed is that of the newest record: what is missing
    /// after it does not matter.
    var isAtLimit: Bool {
        lastTime.map { hasBegun && $0 >= moment.lowerBound } ?? false
    }

    mutating func take(_ time: Int64) {
        if let lastTime, hasBegun, time < lastTime &- 2000 { clockProblem = true }
        lastTime = time
        if time >= source.captured.lowerBound { hasBegun = true }
    }

    /// Whether what is replayed may be in the image already, as both are of one second.
    var isInSecondOfImage: Bool {
        now.map { source.captured.contains($0) } ?? false
    }

    /// What the result cannot say, in sentences: all of it, when the replay is done.
    func remarks() throws -> [String] {
        var notes = self.notes
        if clockProblem { notes.append("the clock of the log was set back; the order of its lines was kept") }
        let open = state.openDoubts
        if let first = open.first {
            let paths = open.count == 1 ? "1 path" : "\(open.count) paths"
            notes.append(
                "the log does not say what all requests did: something of \(paths) is unknown, the first is "
                    + Escape.short(first))
        }
        if let first = state.contradictions.first {
            let count = state.contradictions.count
            notes.append(
                "\(count == 1 ? "1 request" : "\(count) requests") of the log cannot have succeeded on what the image "
                    + "has, the first one about \(Escape.short(first.path)): the log may be of another host, or lack "
                    + "lines")
        }
        return notes
    }

    // MARK: Gaps

    /// - Returns: false if the segment is after the moment.
    mutating func begin(_ segment: LogSegment, isJoined: Bool) throws -> Bool {
        let isGap = !isJoined && segment.position > 1
        if let finish = reader.finishBefore(segment), hasBegun { lastTime = max(lastTime ?? finish, finish) }
        if isGap && isAtLimit { return false }
        isFresh = true
        transactions.nextSegment()
        guard isGap else { return true }
        transactions.removeAll()
        let start = segment.start.map { $0 &- source.offset }
        // A gap before the image does not matter.
        if !hasBegun, start.map({ $0 < source.captured.upperBound }) ?? false { return true }
        let from = try lastTime.map { try Moment.text($0) } ?? "an unknown time"
        let to = try start.map { try Moment.text($0) } ?? "an unknown time"
        forget("lines of the log may be missing between \(from) and \(to)", at: segment.position, start)
        return true
    }

    mutating func forget(_ why: String, at position: Int64, _ time: Int64?) {
        state.forget()
        global = nil
        ended = []
        transactions.removeAll()
        notes.append("\(why): what no request has changed since is unknown")
        observe?(Step(position: position, time: time, path: nil, domid: nil), state)
    }

    // MARK: Records

    /// - Returns: false if the record is after the moment.
    mutating func replay(_ event: ReplayEvent) throws -> Bool {
        if let time = event.time {
            if time >= moment.upperBound { return false }
            take(time)
        }
        now = event.time ?? lastTime
        if event.operation == .none { return try replay(line: event) }
        endDomains()
        isFresh = false
        position = event.position
        if event.shape.contains(.domained) { hasDomains = true }
        let name = Octets(event.connection?.name ?? [])
        switch event.operation {
        case .write, .mkdir, .rm, .setPermissions: change(event, name)
        case .transactionStart:
            if isTrace {
                if event.outcome == .ok { transactions.begin(name) }
            } else if let tid = event.tid {
                transactions.begin(name, tid, count: state.count)
            }
        case .transactionEnd: if isTrace { end(event, name) }
        case .commit, .coalesce:
            if let tid = event.tid { commit(transactions.commit(name, tid), since: transactions.takeStart(name, tid)) }
        case .conflict: if let tid = event.tid { transactions.conflict(name, tid) }
        case .newConnection:
            transactions.close(name)
            try checkRestart(event, name)
        case .endConnection:
            transactions.close(name)
            endConnection(event, name)
        case .release:
            guard isTrace, event.outcome == .ok else { break }
            if let domid = Self.number(event.detail ?? []).flatMap({ UInt16(exactly: $0) }) { ended.append(domid) }
        case .control: if name.isEmpty { beginUpdate(event) }
        default: break
        }
        if !isTrace { counts[name] = state.count }
        return true
    }

    static func number(_ text: Octets) -> Int64? {
        Int64(String(decoding: text.prefix(while: ASCII.isDigit), as: UTF8.self))
    }
}
