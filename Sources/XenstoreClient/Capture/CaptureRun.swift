import XenstoreStream

/// One capture while it runs.
struct CaptureRun {
    let client: StoreClient
    let top: Octets
    private var deadline: ContinuousClock.Instant
    private var walked: StoreWalk
    private var method = CaptureMethod.walk
    private(set) var moment: Int64 = 0
    private var rounds = 0
    private(set) var unsettled: Set<Octets> = []
    /// The paths of the events of the last round, and what was not read for want of time.
    private var before: Set<Octets> = []
    private var left: [Octets] = []
    /// Whether each domain that has a home is introduced, and the homes for which this was asked;
    /// nil: ask.
    private var domains: (homes: Set<UInt16>, introduced: [(domid: UInt16, isIntroduced: Bool)])?
    /// The counts when the last image was made.
    private var counted = (events: 0, requests: 0)

    init(client: StoreClient, top: Octets, deadline: ContinuousClock.Instant) {
        (self.client, self.top, self.deadline) = (client, top, deadline)
        walked = StoreWalk(client, top: top)
    }

    /// The first read of everything.
    private mutating func readAll() throws {
        let left = try walked.read([top], until: deadline)
        guard left.isEmpty else { throw StoreCapture.Failure.tooSlow(nodes: walked.tree.count) }
        if let name = walked.unreadable[top] {
            throw StoreError(.refused(name), request: .read, subject: top)
        }
    }

    // MARK: Transaction

    /// Reads everything in a transaction, again if the daemon does not commit it.
    mutating func readInTransaction() throws {
        method = .transaction
        var attempts = 0
        while true {
            attempts += 1
            let number = try client.startTransaction()
            walked = StoreWalk(client, top: top, transaction: number)
            // oxenstored's transaction is the store as it was when the transaction began.
            moment = StoreCapture.now()
            do {
                try readAll()
                try client.endTransaction(number, commits: true)
                return try requireTop()
            } catch let error as StoreError where error.name == .again {
                rounds = attempts
            } catch StoreCapture.Failure.tooSlow where attempts > 1 {
                throw StoreCapture.Failure.neverCommitted(attempts: attempts - 1)
            } catch {
                try? client.endTransaction(number, commits: false)
                throw error
            }
            if ContinuousClock.now >= deadline { throw StoreCapture.Failure.neverCommitted(attempts: attempts) }
        }
    }

    // MARK: Walk

    /// Reads everything, then again what events name, until there are none or the time is over.
    mutating func walk() throws {
        // Without watches no event is on its way when the connection ends.
        defer { endWatches() }
        try beginWalk()
        try settle()
    }

    /// Watches, and reads everything once.
    mutating func beginWalk() throws {
        try client.watch(top, token: Self.token)
        for path in Self.domainPaths { try watchDomains(path) }
        try barrier()
        walked.forgetEvents()
        try readAll()
    }

    /// Reads again what events name, until there are none or the time is over.
    mutating func settle() throws {
        while true {
            try barrier()
            // The reply to the barrier comes after the events of all earlier changes.
            moment = StoreCapture.now()
            let changed = walked.takeChanged()
            unsettled = changed.union(left)
            if unsettled.isEmpty, !walked.domainsChanged { break }
            if ContinuousClock.now >= deadline || client.isInterrupted {
                walked.putBack(changed)
                break
            }
            rounds += 1
            var paths = walked.affected(by: changed, after: before).union(left)
            if walked.domainsChanged {
                paths.formUnion(try nodesOfGoneDomains())
                domains = nil
            }
            left = try walked.read(paths.sorted { $0.lexicographicallyPrecedes($1) }, until: deadline)
            before = changed
        }
        try requireTop()
    }

    // MARK: Following

    /// Whether an event came since everything was read again.
    var isBehind: Bool {
        mutating get {
            walked.takeEvents()
            return !walked.changed.isEmpty || !left.isEmpty || walked.domainsChanged
        }
    }

    /// Whether a node came, went or changed since the last call of `takeTouched`.
    var isTouched: Bool {
        walked.isTouched
    }

    /// Forgets which nodes came, went or changed.
    mutating func takeTouched() -> Set<Octets> {
        walked.takeTouched()
    }

    /// Gives what follows a time of its own.
    mutating func restart(until deadline: ContinuousClock.Instant) {
        self.deadline = deadline
        rounds = 0
    }

    /// Reads every node again.
    /// - Parameter settling: how long it may take then to read again what changes meanwhile.
    /// - Returns: the paths that differ although no event named them or what is above or below, and
    ///   whether everything was read before the time was over.
    mutating func sweep(settling: Duration) throws -> (silent: [Octets], isWhole: Bool) {
        let earlier = walked.takeTouched()
        walked.notesEvents = true
        defer { walked.notesEvents = false }
        let rest = try walked.read(walked.tree.paths(from: top), until: deadline)
        // What is known already is only not checked.
        left += rest.filter { !walked.tree.contains($0) }
        deadline = ContinuousClock.now + settling
        try settle()
        let found = walked.takeTouched()
        let silent = found.filter { path in
            !walked.notedEvents.contains { Path.isAtOrBelow($0, path) || Path.isAtOrBelow(path, $0) }
        }
        walked.touch(earlier.union(found))
        return (silent.sorted { $0.lexicographicallyPrecedes($1) }, rest.isEmpty)
    }

    private static let token: Octets = [ASCII.n]
    private static let domainPaths = ["@introduceDomain", "@releaseDomain"].map { Octets($0.utf8) }

    func endWatches() {
        let paths = [top] + Self.domainPaths
        _ = try? client.askAll(paths.map { StoreRequest(.unwatch, [$0, Self.token]) })
        _ = client.takeEvents()
    }

    /// Only domain 0 and privileged domains may watch these.
    private func watchDomains(_ path: Octets) throws(StoreError) {
        do throws(StoreError) {
            try client.watch(path, token: Self.token)
        } catch {
            guard error.name != nil else { throw error }
        }
    }

    /// A request whose reply comes after the events of all changes that were made before it.
    private mutating func barrier() throws(StoreError) {
        _ = try client.askAll([StoreRequest(.getDomainPath, "0")])
        walked.takeEvents()
    }

    /// Nodes whose permissions name a domain that is gone: a daemon may change them without an
    /// event.
    private mutating func nodesOfGoneDomains() throws -> [Octets] {
        walked.forgetDomains()
        let gone = try introduced(walked.tree.namedDomids.subtracting([0])).filter { !$0.isIntroduced }.map(\.domid)
        walked.takeEvents()
        return walked.tree.paths(naming: Set(gone))
    }

    private func requireTop() throws {
        if !walked.tree.contains(top), unsettled.isEmpty {
            throw StoreError(.refused(.noEntry), request: .read, subject: top)
        }
    }

    // MARK: Result

    /// Whether each domain is introduced; those about which the daemon refuses an answer are left
    /// out.
    private func introduced(_ domids: Set<UInt16>) throws(StoreError) -> [(domid: UInt16, isIntroduced: Bool)] {
        let domids = domids.sorted()
        let answers = try client.askAll(domids.map { StoreRequest(.isDomainIntroduced, "\($0)") })
        var result: [(domid: UInt16, isIntroduced: Bool)] = []
        for (domid, answer) in zip(domids, answers) {
            guard case .success(let reply) = answer else { continue }
            result.append((domid, try client.truth(reply, .isDomainIntroduced, "\(domid)")))
        }
        return result
    }

    /// The ancestors of the top, which no event reports. A stream needs them, though they are not
    /// covered.
    private func ancestors() throws(StoreError) -> [NodeData] {
        var nodes: [NodeData] = []
        var path = Path.parent(of: top)
        while let current = path {
            let answers = try client.askAll([StoreRequest(.read, [current]), StoreRequest(.getPerms, [current])])
            if case .success(let value) = answers[0], case .success(let perms) = answers[1] {
                let perms = try client.permissions(in: perms, of: current)
                nodes.append(NodeData(path: TerminatedString(current), value: value, perms: perms))
            }
            path = Path.parent(of: current)
        }
        return nodes.reversed()
    }

    /// The domains that have a home.
    private var homes: Set<UInt16> {
        let parent = Octets("/local/domain".utf8)
        let paths = Path.isChild(top, of: parent) ? [top] : walked.tree.children(of: parent)
        // A list may have children that are not there any more.
        let domids = paths.filter { walked.tree.contains($0) }.map { path in
            UInt16(String(decoding: Path.name(of: path), as: UTF8.self))
        }
        return Set(domids.compactMap(\.self))
    }

    /// What was read.
    mutating func result(_ daemon: StoreDaemon, start: Int64) throws -> CapturedStore {
        let nodes = CapturedNodes(walked.tree, from: top, ancestors: try ancestors())
        let homes = homes
        if domains?.homes != homes { domains = (homes, try introduced(homes)) }
        let count = (events: walked.eventCount - counted.events, requests: client.requestCount - counted.requests)
        counted = (walked.eventCount, client.requestCount)
        return CapturedStore(
            nodes: nodes, top: top, daemon: daemon, method: method,
            times: (start: start, moment: moment, end: StoreCapture.now()),
            counts: (rounds: rounds, events: count.events, requests: count.requests),
            unsettled: unsettled.sorted { $0.lexicographicallyPrecedes($1) },
            unreadable: walked.unreadable.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { (path: $0.key, name: $0.value) },
            domains: domains?.introduced ?? [])
    }
}
