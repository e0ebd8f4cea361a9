import XenstoreStream

/// Random numbers, the same for the same seed (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    public mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    public mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }
}

/// Makes streams of records that a daemon could have written, and odd ones.
public struct StreamGenerator {
    public var random: SeededGenerator
    public let format: StreamFormat
    /// How many records in a hundred have something that no daemon writes: no NUL, unknown letters,
    /// residue, unknown types.
    public var oddity = 0

    public init(seed: UInt64, format: StreamFormat, oddity: Int = 0) {
        random = SeededGenerator(seed: seed)
        self.format = format
        self.oddity = oddity
    }

    /// A stream's records without END: global data, connections with their watches and
    /// transactions, nodes, domains.
    public mutating func bodies(connections: Int = 5, nodes: Int = 40) -> [RecordBody] {
        var bodies: [RecordBody] = [.global(GlobalData(rwSocketFD: 3, secondFD: 6))]
        if format.layout != .draft && random.chance(50) {
            bodies.append(.globalQuota(GlobalQuotaData(domQuotaCount: 1, quotas: quotas(3))))
        }
        for number in 1...max(1, connections) {
            let connID = UInt32(number)
            bodies.append(.connection(connection(connID)))
            for _ in 0..<random.below(4) { bodies.append(watch(connID)) }
            if random.chance(30) {
                bodies.append(.transaction(TransactionData(connID: connID, txID: UInt32(random.below(1000) + 1))))
            }
        }
        bodies.append(.node(node("/", [])))
        for number in 0..<nodes { bodies.append(.node(node("/n\(number)/\(text(8))", value()))) }
        for _ in 0..<random.below(3) {
            var pending = node("/p/\(text(5))", value())
            pending.connID = 1
            pending.txID = 7
            pending.access = UInt16(random.below(4))
            bodies.append(.node(pending))
        }
        if format.layout != .draft {
            bodies.append(.domain(DomainData(domid: 1, features: format.layout == .v2 ? 14 : 0, quotas: quotas(2))))
        }
        if random.chance(oddity) {
            bodies.append(.opaque(OpaqueData(type: RecordType(rawValue: 77), body: octets(random.below(20)))))
        }
        return bodies
    }

    /// The bytes of a stream with these records and END.
    public mutating func encode(_ bodies: [RecordBody]) throws -> [UInt8] {
        var writer = StreamWriter(header: Header(format: format), format: format)
        for body in bodies { try writer.write(body, residue: random.chance(oddity) ? residue(body) : nil) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        if random.chance(oddity) { writer.write(trailer: octets(1 + random.below(30))) }
        return writer.bytes
    }

    public mutating func stream(connections: Int = 5, nodes: Int = 40) throws -> [UInt8] {
        let bodies = bodies(connections: connections, nodes: nodes)
        return try encode(bodies)
    }

    /// A tail other than the padding of zeros that a clean record has.
    private mutating func residue(_ body: RecordBody) -> Residue? {
        var writer = StreamWriter(
            header: Header(format: format), format: StreamFormat(layout: format.layout, lengthRule: .body))
        guard (try? writer.write(body)) != nil else { return nil }
        let bytes = writer.bytes
        let fields = Int(bytes[20]) | Int(bytes[21]) << 8 | Int(bytes[22]) << 16
        // Only slack gives a tail to a body that ends with its fields; a body read to its end has
        // none.
        if case .opaque = body { return nil }
        if case .connection(let data) = body, format.layout == .draft, data.kind == .unknown { return nil }
        let slack = random.below(12)
        let tail = slack + (8 - (fields + slack) % 8) % 8
        guard tail > 0 else { return nil }
        return Residue(length: UInt32(fields + slack), tail: octets(tail))
    }

    private mutating func connection(_ connID: UInt32) -> ConnectionData {
        var data =
            random.chance(50)
            ? ConnectionData(
                connID: connID, ringOf: UInt16(connID), tdomid: random.chance(20) ? 1 : ConnectionData.noDomain,
                evtchn: UInt32(random.below(64)))
            : ConnectionData(connID: connID, socketFD: Int32(connID) + 6)
        data.outData = octets(random.below(40))
        switch format.layout {
        case .draft, .oxenstored, .listing, .tree, .pairs, .oxenstoredDebug, .tdb, .tdbdump:
            data.flags = UInt16(random.below(2))
            data.revtchn = UInt32(random.below(9))
            data.levtchn = data.evtchn
            data.evtchn = 0
            data.mfn = random.next()
            if data.kind == .socket { (data.revtchn, data.levtchn, data.mfn) = (0, 0, 0) }
        case .v1, .v2:
            data.inData = octets(random.below(20))
            data.outRespLength = UInt16(random.below(data.outData.count + 1))
            if random.chance(40) { (data.fields, data.uniqueID) = (1, random.next()) }
        }
        if random.chance(oddity) && format.layout != .draft {
            data = ConnectionData()
            data.connID = connID
            data.connType = 9
            data.connSpec = octets(8)
        }
        return data
    }

    private mutating func watch(_ connID: UInt32) -> RecordBody {
        let path = TerminatedString(Octets("/\(text(12))".utf8), isTerminated: !random.chance(oddity))
        let token = TerminatedString(Octets(text(10).utf8))
        if format.layout == .v2 && random.chance(20) {
            return .watchExtended(
                WatchDataExtended(connID: connID, wpath: path, token: token, depth: UInt16(random.below(5))))
        }
        return .watch(WatchData(connID: connID, wpath: path, token: token))
    }

    private mutating func node(_ path: String, _ value: Octets) -> NodeData {
        let count = 1 + random.below(3)
        let letters = Array("wrbn".utf8)
        var perms: [Permission] = []
        for _ in 0..<count {
            perms.append(
                Permission(
                    perm: letters[random.below(4)], flags: random.chance(5) ? 1 : 0, domid: UInt16(random.below(6))))
        }
        if random.chance(oddity) { perms[0].perm = UInt8(random.below(256)) }
        var octets = Octets(path.utf8)
        if random.chance(oddity) { octets.append(UInt8(random.below(256))) }
        // A path that ends in NUL is terminated, so the odd byte must not be a NUL if the
        // terminator is missing.
        let isTerminated = octets.last == 0 || !random.chance(oddity)
        return NodeData(path: TerminatedString(octets, isTerminated: isTerminated), value: value, perms: perms)
    }

    private mutating func value() -> Octets {
        random.chance(70) ? Octets(text(16).utf8) : octets(random.below(24))
    }

    private mutating func quotas(_ count: Int) -> [Quota] {
        (0..<count).map { Quota(name: Octets("quota-\($0)".utf8), value: UInt32(random.below(5000))) }
    }

    public mutating func octets(_ count: Int) -> Octets {
        var octets: Octets = []
        for _ in 0..<count { octets.append(UInt8(random.below(256))) }
        return octets
    }

    private mutating func text(_ longest: Int) -> String {
        let alphabet = Array("abcdefghijklmnop0123456789-_/ä")
        return String((0..<random.below(longest + 1)).map { _ in alphabet[random.below(alphabet.count)] })
    }
}
