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
    private(set) var state: StoreState
    /// What the result cannot say, in sentences.
    private(set) var notes: [String] = []
    /// Called after each change.
    var observe: ((Step, StoreState) -> Void)?
    private(set) var doubtCount = 0

    private let reader: ReplayReader
    private var transactions = ReplayTransactions()
    private var hasBegun = false
    /// An item that is after the moment up to which was replayed.
    private var waiting: ReplayItem?
    /// The domains that have ended since the last record that is not one of the daemon's own lines.
    private var ended: [UInt16] = []
    private var lastTime: Int64?
    /// The moment up to which is replayed.
    private var limit = Int64.max
    /// The time of the record that is being replayed.
    private var now: Int64?
    /// Whether permissions were set in the second of the image.
    private var hasSetPermissions = false
    private var highestSocket: Int64 = -1
    private var isUpdating = false
    /// Whether the file of a trace log has just begun.
    private var isFresh = false
    private var clockProblem = false
    /// The number of the newest record's line.
    private var position: Int64 = 0
    /// Whether the log is one of Xen 4.19 or later.
    private var hasDomains = false

    init(_ archive: Archive, _ source: ReplaySource) throws {
        self.source = source
        state = try StoreState(of: ImageSource(archive, source.image), rules: Self.rules(source.log.form))
        reader = ReplayReader(
            archive.database, source.log, source.segments, from: source.firstSegment, offset: source.offset)
        if !source.knowsZone {
            notes.append(
                "the log does not say in which time zone its times are; they are taken as UTC. A file with the time "
                    + "at which it was written would show it")
        }
        if !source.beginsInTime {
            state.forget()
            let start = try source.segments.first?.start.map { try Moment.text($0 &- source.offset) }
            notes.append(
                "the log begins after the image, at \(start ?? "an unknown time"): what no request has changed since "
                    + "is unknown. Import older lines, or a later image")
        }
    }

    static func rules(_ form: LogForm) -> StoreRules {
        form == .trace ? .xenstored : .oxenstored
    }

    private var isTrace: Bool {
        source.log.form == .trace
    }

    /// Replays all that happened up to a time, in milliseconds since 1970.
    mutating func run(through limit: Int64) throws {
        self.limit = limit
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
    private var isAtLimit: Bool {
        lastTime.map { hasBegun && limit < $0 &+ 1000 } ?? false
    }

    private mutating func take(_ time: Int64) {
        if let lastTime, hasBegun, time < lastTime &- 2000 { clockProblem = true }
        lastTime = time
        if time >= source.captured.lowerBound { hasBegun = true }
    }

    /// Whether what is replayed may be in the image already, as both are of one second.
    private var isInSecondOfImage: Bool {
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
    private mutating func begin(_ segment: LogSegment, isJoined: Bool) throws -> Bool {
        let isGap = !isJoined && segment.position > 1
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

    private mutating func forget(_ why: String, at position: Int64, _ time: Int64?) {
        state.forget()
        ended = []
        transactions.removeAll()
        notes.append("\(why): what no request has changed since is unknown")
        observe?(Step(position: position, time: time, path: nil, domid: nil), state)
    }

    // MARK: Records

    /// - Returns: false if the record is after the moment.
    private mutating func replay(_ event: ReplayEvent) throws -> Bool {
        if let time = event.time {
            if time > limit { return false }
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
        case .transactionStart: if isTrace, event.outcome == .ok { transactions.begin(name) }
        case .transactionEnd: if isTrace { end(event, name) }
        case .commit, .coalesce:
            guard let tid = event.tid else { break }
            for change in transactions.commit(name, tid) { commit(change) }
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
        return true
    }

    private static func number(_ text: Octets) -> Int64? {
        Int64(String(decoding: text.prefix(while: ASCII.isDigit), as: UTF8.self))
    }

    private mutating func change(_ event: ReplayEvent, _ name: Octets) {
        let change = (event: event, fate: fate(event))
        if isTrace {
            guard change.fate != .failed else { return }
            switch transactions.add(change, name) {
            case true?: break
            case false?: commit(change)
            case nil: commit((event, .doubtful))
            }
        } else if let tid = event.tid, tid > 0 {
            transactions.add(change, name, tid)
        } else {
            commit(change)
        }
    }

    private func fate(_ event: ReplayEvent) -> ReplayTransactions.Fate {
        switch event.outcome {
        case .ok, .noError: return .succeeded
        case .unknown: return .doubtful
        case .error(let word):
            if isTrace || event.isOfLogWithReads { return .failed }
            // Without reads in the log, the error may be that of a read.
            guard word.elementsEqual("EACCES".utf8), event.tid == 0, let domid = event.connection?.domid,
                let path = event.path, Path.isFixed(path), !event.shape.contains(.incomplete),
                let isRefused = state.refuses(domid, path, owning: event.operation == .setPermissions)
            else { return .doubtful }
            // A guest cannot give a node away.
            return isRefused || ReplayRequest.newOwner(event).map({ $0 != domid }) ?? false ? .failed : .succeeded
        }
    }

    private mutating func end(_ event: ReplayEvent, _ name: Octets) {
        let (changes, doubtful) = transactions.end(event, name)
        switch event.result {
        case .commit: for change in changes { commit(change) }
        case .abort, .conflict: break
        case nil: for change in changes { commit((change.event, .doubtful)) }
        }
        for change in doubtful { commit((change.event, .doubtful)) }
    }

    /// Changes the store, now that a change takes effect.
    private mutating func commit(_ change: ReplayTransactions.Change) {
        guard hasBegun, change.fate != .failed else { return }
        let request = ReplayRequest(change.event, in: state)
        if let prefix = request.cutPath {
            doubtCount += 1
            state.doubt(prefix: prefix, removes: change.event.operation == .rm)
            tell(change.event, prefix)
            return
        }
        for asked in request.changes {
            if change.fate == .succeeded && request.changes.count == 1 {
                let isNew = state.presence(asked.path) != .present
                state.apply(asked)
                if isInSecondOfImage { doubtInheritance(asked, isNew) }
            } else {
                doubtCount += 1
                state.doubt(asked)
            }
            tell(change.event, asked.path)
        }
    }

    /// The image may have been captured after permissions were set that a new node did not inherit.
    private mutating func doubtInheritance(_ change: StoreChange, _ isNew: Bool) {
        switch change.kind {
        case .setPermissions: hasSetPermissions = true
        case .write, .mkdir:
            if isNew && hasSetPermissions {
                state.doubt(StoreChange(.setPermissions(nil), change.path, domid: change.domid))
            }
        case .rm: break
        }
    }

    /// Tells the observer about a request that has just taken effect.
    private func tell(_ request: ReplayEvent, _ path: Octets?) {
        observe?(
            Step(position: request.position, time: request.time ?? now, path: path, domid: request.connection?.domid),
            state)
    }

    // MARK: The daemon

    private mutating func endConnection(_ event: ReplayEvent, _ name: Octets) {
        guard let domid = event.connection?.domid, domid != 0 else { return }
        if isTrace {
            ended.append(domid)
        } else if name.first == 0x44, hasBegun {
            // The connection of a ring ends with its domain.
            state.end(domid, mayLoseEntries: false)
            tell(event, nil)
        }
    }

    /// Ends domains of a C xenstored. Its lines about the nodes that it removes come first.
    private mutating func endDomains() {
        guard !ended.isEmpty else { return }
        if hasBegun {
            for domid in ended { state.end(domid, mayLoseEntries: hasDomains) }
            observe?(Step(position: position, time: now, path: nil, domid: nil), state)
        }
        ended = []
    }

    /// oxenstored writes its own path when it begins again.
    private mutating func beginUpdate(_ event: ReplayEvent) {
        guard (event.detail ?? []).starts(with: "Live update begin".utf8) else { return }
        isUpdating = true
        guard hasBegun else { return }
        let path = Octets("/tool/xenstored".utf8)
        state.doubt(StoreChange(.write([], .unknown), path, domid: 0))
    }

    /// The numbers of oxenstored's sockets rise while it runs.
    private mutating func checkRestart(_ event: ReplayEvent, _ name: Octets) throws {
        guard !isTrace, name.first == 0x41, let number = Self.number(name.dropFirst()) else { return }
        defer { highestSocket = isUpdating ? number : max(number, highestSocket) }
        guard number <= highestSocket, !isUpdating else {
            isUpdating = false
            return
        }
        highestSocket = number
        guard hasBegun else { return transactions.removeAll() }
        let time = try now.map { try Moment.text($0) } ?? "an unknown time"
        forget("the daemon was started again at \(time)", at: event.position, now)
    }

    /// Replays a line that a C xenstored writes about itself.
    /// - Returns: false if it is after the moment.
    private mutating func replay(line event: ReplayEvent) throws -> Bool {
        guard isTrace, var line = event.line else { return true }
        while let last = line.last, last == ASCII.newline || last == ASCII.carriageReturn { line = line.dropLast() }
        if let colon = line.firstRange(of: ": ".utf8), line[..<colon.lowerBound].allSatisfy({ (0x61...0x7A).contains($0) }) {
            line = line[colon.upperBound...]
        }
        if line.elementsEqual("***".utf8) {
            // A file of a log that goes on begins so, if the daemon was told to open a new one.
            return isFresh ? true : try reopen(event)
        } else if line.elementsEqual("Checking store ...".utf8), isFresh {
            return try reopen(event)
        } else if line.starts(with: "orphaned node ".utf8), line.suffix(8).elementsEqual(" deleted".utf8) {
            let path = line.dropFirst("orphaned node ".utf8.count).dropLast(8)
            guard hasBegun, Path.isAbsolute(path) else { return true }
            state.remove(path)
            tell(event, path)
        }
        return true
    }

    /// A C xenstored has opened its log again: it may have been started again, or have written none
    /// in between.
    private mutating func reopen(_ event: ReplayEvent) throws -> Bool {
        if isAtLimit { return false }
        transactions.removeAll()
        guard hasBegun else { return true }
        let time = try lastTime.map { try Moment.text($0) } ?? "an unknown time"
        forget("the daemon opened its log again after \(time), and may have been started again", at: event.position, now)
        return true
    }
}
