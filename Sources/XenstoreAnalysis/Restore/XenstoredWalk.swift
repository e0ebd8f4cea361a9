import XenstoreStream

/// Reads a file as the reader of the C xenstored does.
struct XenstoredWalk {
    private(set) var events: [RestoreForecast.Event] = []
    var counts: [RestoreForecast.Effect: Int] = [:]

    let memory: RestoreMemory
    /// The records that the file really contains.
    var records: RestoreRecords
    /// The record being read: its offset, and the end of its body according to `len`.
    private(set) var offset = 0
    var recordEnd = 0

    var version = 1
    var globalData: [Int]?
    private(set) var connections = RestoreConnections()
    var hasSocket = false
    var hasEarlySocket = false
    var paths: RestorePaths
    /// Locates plain nodes, as the C daemon lays records out.
    let nodes: RecordReader
    var hasNodes = false
    var specials: Set<Octets> = []
    var hasLostStep = false
    var isDead = false

    /// The version of Xen whose daemon reads; nil: any.
    let release: XenVersion?
    /// False if plain nodes are also followed byte by byte, for comparison in tests.
    let usesFastPath: Bool

    init(bytes: [UInt8], records: RestoreRecords, release: XenVersion? = nil, usesFastPath: Bool = true) {
        self.release = release
        self.usesFastPath = usesFastPath
        nodes = RecordReader(
            stream: bytes, format: StreamFormat(layout: .v1, byteOrder: .little, lengthRule: .padded))
        memory = RestoreMemory(bytes: bytes)
        paths = RestorePaths(bytes: bytes)
        self.records = records
    }

    mutating func note(_ effect: RestoreForecast.Effect, _ message: String) {
        // Nothing happens after the daemon's death, and more than 100 events of one kind are of no
        // use.
        guard !isDead, counts[effect, default: 0] < RestoreForecast.mostEvents else { return }
        counts[effect, default: 0] += 1
        events.append(RestoreForecast.Event(effect: effect, offset: offset, record: records[offset], message: message))
        if effect == .dies { isDead = true }
    }

    // MARK: Versions

    /// Whether the daemon, or any that reads this stream, is one of these versions.
    func isOne(of versions: RestoreVersions) -> Bool {
        release.map(versions.contain) ?? true
    }

    /// Which versions do it, if the forecast is for none in particular. Those that read version 2
    /// are the newest ones.
    func only(_ versions: RestoreVersions) -> String {
        release == nil && version == 1 ? " (\(versions.title))" : ""
    }

    // MARK: The stream

    mutating func run() {
        let bytes = memory.bytes
        guard !bytes.isEmpty else { return note(.dies, "refuses the empty file and exits") }
        guard bytes.starts(with: Header.ident), bytes.count >= Header.size, let header = try? Header(bytes: bytes)
        else {
            return note(.dies, "refuses a file that does not begin with a stream's header, and exits")
        }
        guard header.flags == 0 else {
            return note(
                .dies,
                "refuses header flags 0x\(String(header.flags, radix: 16)) and exits: on x86 and Arm they must be 0")
        }
        guard header.version == 1 || header.version == 2 else {
            return note(.dies, "refuses version \(header.version) and exits")
        }
        if header.version == 2 && !isOne(of: .readVersion2) { return note(.dies, "refuses version 2 and exits") }
        version = Int(header.version)
        readRecords()
        finish()
    }

    private mutating func readRecords() {
        var position = Header.size
        while position < memory.bytes.count && !isDead {
            offset = position
            records.visit(position)
            let type = memory.number32(position)
            if type == 0 { return }
            if recordEnd % 8 != 0 && !hasLostStep && records[position] == nil {
                hasLostStep = true
                note(
                    .alters,
                    "is out of step from here on, as it does not round up the previous record's len, which excludes "
                        + "padding"
                )
            }
            let length = memory.number32(position + 4)
            recordEnd = position + 8 + length
            read(type, body: position + 8)
            // No rounding: a `len` that excludes the padding leads into the padding.
            position = recordEnd
        }
        guard !isDead else { return }
        offset = memory.bytes.count
        if position > memory.mappedEnd + 4096 {
            note(.dies, "looks for the next record \(position - memory.bytes.count) bytes after the end of the file")
        } else if position >= memory.mappedEnd {
            note(.overReads, "looks for the next record after the end of the file, in whatever memory is there")
        }
    }

    private mutating func read(_ type: Int, body: Int) {
        switch type {
        case 1: readGlobal(body)
        case 2: readConnection(body)
        case 3: readWatch(body, strings: body + 8)
        case 4: note(.skips, "skips the transaction")
        case 5: readNode(body)
        case 6 where version == 2: break
        case 7 where version == 2: readDomain(body)
        case 8 where version == 2: readExtendedWatch(body)
        default: note(.skips, "skips the record of type \(type)")
        }
    }

    /// Notes what is known only after the whole stream was read.
    private mutating func finish() {
        guard !isDead else { return }
        if let (first, count) = records.lost() {
            offset = first
            note(.alters, "never reaches \(count) of the records, from here on: they are silently lost")
        }
        offset = memory.bytes.count
        if hasSocket && !connections.hasRing(of: 0) {
            note(.dies, "restores, and exits at the first request from a socket, as domain 0 has no connection")
        }
        if release == XenVersion(4, 21, 0) {
            note(.dies, "does not know its privileged domain after a restore, and is of no use; 4.21.1 is mended")
        }
        if hasEarlySocket && connections.hasRing(of: 0) {
            note(
                .alters,
                "keeps a socket before the connection of domain 0; the next restore of its own state kills the daemon")
        }
    }

    /// Notes if fields of a record are beyond its end.
    mutating func checkEnd(_ end: Int, _ what: String) -> Bool {
        guard end > recordEnd || end > memory.bytes.count else { return true }
        if end > memory.mappedEnd + (1 << 17) {
            note(.dies, "reads \(what) up to \(end - memory.bytes.count) bytes after the end of the file")
        } else {
            note(
                .overReads,
                "reads \(what) up to \(end - min(recordEnd, memory.bytes.count)) bytes after the record's end")
        }
        return false
    }

    // MARK: Records

    private mutating func readGlobal(_ body: Int) {
        let values = [memory.number32(body), memory.number32(body + 4)]
        guard checkEnd(body + 8, "the file descriptors") else {
            globalData = values
            return
        }
        if let before = globalData, before != values { note(.alters, "uses the last GLOBAL_DATA") }
        if values[1] == 0xFFFF_FFFF { note(.alters, "opens a new event channel device, as evtchn-fd is -1") }
        globalData = values
    }

    private mutating func readConnection(_ body: Int) {
        let connID = memory.number32(body)
        let type = memory.number16(body + 4)
        _ = checkEnd(body + 24, "the lengths of the buffers")
        if type == 1 {
            hasSocket = true
            if !connections.hasRing(of: 0) { hasEarlySocket = true }
            connections.addSocket(connID)
            if memory.number32(body + 20) > 0 && !connections.hasRing(of: 0) {
                return note(.dies, "exits at a socket with out-data before the connection of domain 0")
            }
        } else {
            if type != 0 { note(.alters, "treats conn-type \(type) as a ring, of domain \(memory.number16(body + 8))") }
            readRing(connID, domid: memory.number16(body + 8), target: memory.number16(body + 10))
        }
        readBuffers(body)
    }

    private mutating func readRing(_ connID: Int, domid: Int, target: Int) {
        if domid != 0 && globalData == nil {
            return note(.dies, "exits at the ring of domain \(domid) before GLOBAL_DATA")
        }
        if domid >= 0x7FF0 {
            note(
                .skips,
                "releases domain \(domid) again, with everything that belongs to it, as no domain can have this domid")
        }
        if connections.hasRing(of: domid) {
            note(.alters, "replaces the conn-id of domain \(domid)'s single connection by this one")
        }
        connections.addRing(connID, of: domid)
        if target != Int(ConnectionData.noDomain) && !connections.hasRing(of: target) {
            note(
                .alters,
                "drops domain \(target) as the target of domain \(domid), as it has not read domain \(target)'s "
                    + "connection yet"
            )
        }
    }

    private mutating func readBuffers(_ body: Int) {
        let inCount = memory.number16(body + 16)
        let response = memory.number16(body + 18)
        let outCount = memory.number32(body + 20)
        _ = checkEnd(body + 24 + inCount, "in-data, and executes it as requests,")
        guard outCount > 0 else { return }
        let start = body + 24 + inCount
        let end = start + outCount
        if response > outCount {
            return note(
                .overReads,
                "sends the client \(response - outCount) bytes that follow out-data, as out-resp-len is \(response)")
        }
        // The messages follow each other by the lengths in their own headers.
        var place = start + response
        while place < end {
            let next = place + 16 + memory.number32(place + 12)
            if next > memory.mappedEnd {
                return note(.dies, "copies out-data up to \(next - memory.bytes.count) bytes after the end of the file")
            }
            if next > end || next > recordEnd {
                return note(
                    .overReads,
                    "sends the client \(next - min(end, recordEnd)) bytes that follow out-data, whose last message is "
                        + "cut off"
                )
            }
            place = next
        }
    }

    private mutating func readWatch(_ body: Int, strings: Int) {
        let connection = connections[memory.number32(body)]
        guard let connection else {
            return note(.dies, "exits, as the watch's connection \(memory.number32(body)) does not exist")
        }
        if connection == .socket && !connections.hasRing(of: 0) {
            return note(.dies, "exits at a socket's watch before the connection of domain 0")
        }
        let pathCount = memory.number16(body + 4)
        let tokenCount = memory.number16(body + 6)
        let tokenStart = strings + pathCount
        guard checkEnd(tokenStart, "the token") else { return }
        readString(strings, count: pathCount, .wpath)
        readString(tokenStart, count: tokenCount, .token)
    }

    /// The daemon's reader of this record takes the strings from byte 10 of the body on. Its own
    /// writer puts them at byte 8, the document at byte 12.
    private mutating func readExtendedWatch(_ body: Int) {
        let strings = memory.number16(body + 4) + memory.number16(body + 6)
        let fieldsEnd = body + 8 + strings
        let end = fieldsEnd + Padding.count(after: fieldsEnd)
        if end < recordEnd && records[end] != nil {
            return note(.dies, "exits: len is \(recordEnd - end) bytes longer than the record, as daemons write it")
        }
        let path = memory.string(body + 10, limit: Self.longestPath)
        let token = memory.string(body + 10 + memory.number16(body + 4), limit: Self.longestPath)
        note(
            .alters,
            "reads the watch's path as \(Escape.short(path)) and its token as \(Escape.short(token)), as it takes both "
                + "from byte 10 of the body on")
    }

    private mutating func readDomain(_ body: Int) {
        let domid = memory.number16(body)
        guard checkEnd(body + 8, "the quotas"), !connections.hasRing(of: domid) else { return }
        note(.dies, "exits, as DOMAIN_DATA is about domain \(domid), which has no connection before it")
    }

    /// Strings are read up to their NUL, wherever it is.
    mutating func readString(_ start: Int, count: Int, _ field: Field) {
        let string = memory.string(start, limit: count + Self.longestPath)
        if string.count >= count || start + string.count >= recordEnd {
            note(.overReads, "reads \(field.name) as \(Escape.short(string)), past its length of \(count)")
        } else if !memory.isZero(start + string.count..<min(start + count, recordEnd)) {
            note(.alters, "reads \(field.name) as \(Escape.short(string)), up to the first NUL")
        }
    }
}
