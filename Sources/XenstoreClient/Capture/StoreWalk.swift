import XenstoreStream

/// Reads nodes from a daemon into a tree, and keeps the tree in step with the events of watches.
struct StoreWalk {
    private let client: StoreClient
    /// Where the tree begins.
    let top: Octets
    /// The transaction in which everything is read; 0: none.
    private let transaction: UInt32
    private(set) var tree = StoreTree()
    /// What may not be read, with the word of the daemon.
    private(set) var unreadable: [Octets: StoreErrorName] = [:]
    /// Paths that events named since they were last read.
    private(set) var changed: Set<Octets> = []
    /// Whether a domain came or went since `forgetDomains`.
    private(set) var domainsChanged = false
    private(set) var eventCount = 0
    /// Lists of permissions, four bytes an entry, by the reply that they came in.
    private var lists: [Octets: [UInt8]] = [:]
    /// Whether `notedEvents` gets the paths of events; it begins empty.
    var notesEvents = false {
        didSet { if notesEvents { notedEvents = [] } }
    }
    private(set) var notedEvents: Set<Octets> = []

    /// Nodes whose requests are on their way at a time.
    private static let batch = 16
    /// The most lists of permissions that are kept to be shared.
    private static let mostLists = 10_000
    /// The most nodes of a tree; a host has some hundred thousand.
    private static let mostNodes = 4_000_000

    init(_ client: StoreClient, top: Octets, transaction: UInt32 = 0) {
        self.client = client
        self.top = top
        self.transaction = transaction
    }

    // MARK: Reading

    /// Reads nodes, and everything below them that is not in the tree.
    /// - Returns: what could not be read before the deadline.
    mutating func read(
        _ paths: some Sequence<Octets>, until deadline: ContinuousClock.Instant
    ) throws(StoreError) -> [Octets] {
        // What was found is read first, so that little waits: a level of a tree is most of it.
        var waiting: [Octets] = []
        var rest = paths.makeIterator()
        while true {
            var batch: [Octets] = []
            while batch.count < Self.batch, let path = waiting.popLast() ?? rest.next() { batch.append(path) }
            if batch.isEmpty { return [] }
            if ContinuousClock.now >= deadline || client.isInterrupted {
                return batch + waiting.reversed() + IteratorSequence(rest)
            }
            let requests = batch.flatMap { path in
                [StoreRequest.Kind.directory, .read, .getPerms].map { StoreRequest($0, [path]) }
            }
            let answers = try client.askAll(requests, in: transaction)
            takeEvents()
            for (index, path) in batch.enumerated() where answers.count >= 3 * index + 3 {
                waiting += try keep(path, Array(answers[3 * index..<3 * index + 3])).reversed()
            }
            if tree.count > Self.mostNodes || tree.byteCount > StoreTree.mostBytes {
                throw StoreError(
                    .badReply("more than \(Self.mostNodes) nodes, or than 2 GiB of them"), request: .directory,
                    subject: top)
            }
        }
    }

    /// - Returns: the children that have to be read.
    private mutating func keep(_ path: Octets, _ answers: [Result<Octets, StoreError>]) throws(StoreError) -> [Octets] {
        unreadable[path] = nil
        do throws(StoreError) {
            let perms = try permissions(answers[2].get(), of: path)
            let value = try answers[1].get()
            let children = try children(path, answers[0])
            // A path that is too long is no node's, so the list is not believed.
            if children.contains(where: { path.count + $0.count + 1 > Path.longest }) {
                throw StoreError(.badReply("a path of more than 3071 bytes"), request: .directory, subject: path)
            }
            return tree.store(path, value: value, perms: perms, children: children)
        } catch {
            switch error.reason {
            case .refused(.noEntry): tree.remove(path)
            case .refused(let name) where name == .access || name == .permission:
                tree.remove(path)
                unreadable[path] = name
            // What is known of it stays, but it is not what the store has.
            case .changing: changed.insert(path)
            default: throw error
            }
            return []
        }
    }

    /// The list of permissions in a reply, four bytes an entry. Nearly all nodes share a few lists.
    private mutating func permissions(_ reply: Octets, of path: Octets) throws(StoreError) -> [UInt8] {
        if let known = lists[reply] { return known }
        let perms = Permission.bytes(of: try client.permissions(in: reply, of: path), .native)
        if lists.count < Self.mostLists { lists[Octets(Array(reply))] = perms }
        return perms
    }

    private func children(_ path: Octets, _ answer: Result<Octets, StoreError>) throws(StoreError) -> [Octets] {
        switch answer {
        case .success(let list): return try client.names(list, of: path, .directory)
        case .failure(let error) where error.name == .tooBig: return try client.longChildren(path, in: transaction)
        case .failure(let error): throw error
        }
    }

    // MARK: Events

    /// Notes what the events that came since say.
    mutating func takeEvents() {
        for event in client.takeEvents() {
            eventCount += 1
            if Path.isSpecial(event.path) {
                domainsChanged = true
            } else if Path.isAtOrBelow(event.path, top), Path.isValid(event.path) {
                changed.insert(event.path)
                if notesEvents { notedEvents.insert(event.path) }
            }
        }
    }

    /// Events from before the first read say nothing.
    mutating func forgetEvents() {
        takeEvents()
        (changed, domainsChanged, eventCount) = ([], false, 0)
    }

    mutating func takeChanged() -> Set<Octets> {
        defer { changed = [] }
        return changed
    }

    /// Paths that events named, but that were not read again yet.
    mutating func putBack(_ paths: Set<Octets>) {
        changed.formUnion(paths)
    }

    /// Takes the paths of nodes that came, went or changed since the last call; from the first call
    /// on they are noted.
    mutating func takeTouched() -> Set<Octets> {
        defer { tree.touched = [] }
        return tree.touched ?? []
    }

    /// Adds paths to those that `takeTouched` returns.
    mutating func touch(_ paths: Set<Octets>) {
        tree.touched?.formUnion(paths)
    }

    /// Whether a node came, went or changed since the last call of `takeTouched`.
    var isTouched: Bool {
        tree.touched?.isEmpty == false
    }

    mutating func forgetDomains() {
        domainsChanged = false
    }

    /// What has to be read again after events.
    ///
    /// An event names a node that was written, made or removed, but not the ancestors that a write
    /// made, and of a removed tree only its top. So these are read: the node, or its nearest known
    /// ancestor; its parent, and that of any ancestor which its parent does not list, for the lists
    /// of children; and whatever is between the node and an ancestor that an event named, as that
    /// may have been removed and made again.
    /// - Parameters:
    ///   - changed: the paths of the events.
    ///   - before: those of the events of the round before, as a removal and the writes that make
    ///     a tree again may be in two rounds.
    func affected(by changed: Set<Octets>, after before: Set<Octets>) -> Set<Octets> {
        var paths: Set<Octets> = []
        for path in changed {
            var chain: [Octets] = []
            var nearest: Octets?
            var place: Octets? = path
            while let current = place, Path.isAtOrBelow(current, top) {
                if tree.contains(current) || unreadable[current] != nil { nearest = nearest ?? current }
                if current != path, changed.contains(current) || before.contains(current) { paths.formUnion(chain) }
                if tree.contains(current) { chain.append(current) }
                place = Path.parent(of: current)
                // A node that a write below it made may have been read after its parent's list.
                if let parent = place, tree.contains(current), tree.lists(current, of: parent) == false {
                    paths.insert(parent)
                }
            }
            paths.insert(nearest ?? top)
            if let parent = Path.parent(of: path), tree.contains(parent) { paths.insert(parent) }
        }
        return paths
    }
}
