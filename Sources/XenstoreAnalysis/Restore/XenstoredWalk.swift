import XenstoreStream

/// Goes through a file as the daemon's reader does.
struct XenstoredWalk {
    private(set) var events: [RestoreForecast.Event] = []
    private var counts: [RestoreForecast.Effect: Int] = [:]

    let memory: RestoreMemory
    /// The records that are really there.
    private var records: RestoreRecords
    /// The record being read: its offset, and where its body ends by its `len`.
    private(set) var offset = 0
    private var recordEnd = 0

    private var version = 1
    private var globalData: [Int]?
    private(set) var connections = RestoreConnections()
    private var hasSocket = false
    private var hasEarlySocket = false
    private var paths: RestorePaths
    /// Locates plain nodes, as the C daemon lays records out.
    let nodes: RecordReader
    private var hasNodes = false
    private var specials: Set<Octets> = []
    private var hasLostStep = false
    private var isDead = false

    /// Whether ordinary nodes, too, are followed octet by octet: what tests compare with.
    private let usesFastPath: Bool

    init(bytes: [UInt8], records: RestoreRecords, usesFastPath: Bool = true) {
        self.usesFastPath = usesFastPath
        nodes = RecordReader(
            stream: bytes, format: StreamFormat(layout: .v1, byteOrder: .little, lengthRule: .padded))
        memory = RestoreMemory(bytes: bytes)
        paths = RestorePaths(bytes: bytes)
        self.records = records
    }

    private mutating func note(_ effect: RestoreForecast.Effect, _ message: String) {
        // What a dead daemon would do next, and the hundredth thing of one kind, are of no use.
        guard !isDead, counts[effect, default: 0] < 100 else { return }
        counts[effect, default: 0] += 1
        events.append(RestoreForecast.Event(effect: effect, offset: offset, record: records[offset], message: message))
        if effect == .dies { isDead = true }
    }

    // MARK: The stream

    mutating func run() {
        let bytes = memory.bytes
        guard !bytes.isEmpty else { return note(.dies, "refuses the empty file and ends") }
        guard bytes.starts(with: Header.ident), bytes.count >= Header.size, let header = try? Header(bytes: bytes)
        else {
            return note(.dies, "refuses a file that does not begin with a stream's header, and ends")
        }
        guard header.flags == 0 else {
            return note(
                .dies,
                "refuses header flags 0x\(String(header.flags, radix: 16)) and ends: on x86 and Arm they must be 0")
        }
        guard header.version == 1 || header.version == 2 else {
            return note(.dies, "refuses version \(header.version) and ends")
        }
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
                    "is out of step from here on: it does not round up the len of the record before, which leaves its padding out"
                )
            }
            let length = memory.number32(position + 4)
            recordEnd = position + 8 + length
            read(type, body: position + 8)
            // No rounding: a `len` that leaves the padding out leads into it.
            position = recordEnd
        }
        guard !isDead else { return }
        offset = memory.bytes.count
        if position > memory.mappedEnd + 4096 {
            note(.dies, "looks for the next record \(position - memory.bytes.count) bytes behind the file")
        } else if position >= memory.mappedEnd {
            note(.overReads, "looks for the next record behind the file, in what memory happens to be there")
        }
    }

    private mutating func read(_ type: Int, body: Int) {
        switch type {
        case 1: readGlobal(body)
        case 2: readConnection(body)
        case 3: readWatch(body, strings: body + 8)
        case 4: note(.skips, "leaves the transaction out")
        case 5: readNode(body)
        case 6 where version == 2, 7 where version == 2: break
        case 8 where version == 2: readExtendedWatch(body)
        default: note(.skips, "leaves out the record of type \(type)")
        }
    }

    /// What shows only when the whole stream has been read.
    private mutating func finish() {
        guard !isDead else { return }
        if let (first, count) = records.lost() {
            offset = first
            note(.alters, "never comes to \(count) of the records, from here on: they are lost without a word")
        }
        offset = memory.bytes.count
        if hasSocket && !connections.hasRing(of: 0) {
            note(.dies, "restores, and ends at the first request from a socket, as domain 0 has no connection")
        }
        if hasEarlySocket && connections.hasRing(of: 0) {
            note(
                .alters,
                "keeps a socket before the connection of domain 0; the next restore of its own state ends the daemon")
        }
    }

    /// Notes where the fields of a record lie behind its end.
    private mutating func checkEnd(_ end: Int, _ what: String) -> Bool {
        guard end > recordEnd || end > memory.bytes.count else { return true }
        if end > memory.mappedEnd + (1 << 17) {
            note(.dies, "reads \(what) up to \(end - memory.bytes.count) bytes behind the file")
        } else {
            note(
                .overReads,
                "takes \(what) from \(end - min(recordEnd, memory.bytes.count)) bytes behind the record's end")
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
        if let before = globalData, before != values { note(.alters, "takes the last GLOBAL_DATA") }
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
                return note(.dies, "ends at a socket with out-data before the connection of domain 0")
            }
        } else {
            if type != 0 { note(.alters, "takes conn-type \(type) for a ring, of domain \(memory.number16(body + 8))") }
            readRing(connID, domid: memory.number16(body + 8), target: memory.number16(body + 10))
        }
        readBuffers(body)
    }

    private mutating func readRing(_ connID: Int, domid: Int, target: Int) {
        if domid != 0 && globalData == nil {
            return note(.dies, "ends at the ring of domain \(domid) before GLOBAL_DATA")
        }
        if domid >= 0x7FF0 {
            note(.skips, "lets go of domain \(domid) again, with all that belongs to it: no domain can have this domid")
        }
        if connections.hasRing(of: domid) {
            note(.alters, "gives the one connection of domain \(domid) this conn-id instead of the one before")
        }
        connections.addRing(connID, of: domid)
        if target != Int(ConnectionData.noDomain) && !connections.hasRing(of: target) {
            note(.alters, "drops the target domain \(target) of domain \(domid), whose connection it has not read yet")
        }
    }

    private mutating func readBuffers(_ body: Int) {
        let inCount = memory.number16(body + 16)
        let response = memory.number16(body + 18)
        let outCount = memory.number32(body + 20)
        _ = checkEnd(body + 24 + inCount, "in-data, and carries it out as requests,")
        guard outCount > 0 else { return }
        let start = body + 24 + inCount
        let end = start + outCount
        if response > outCount {
            return note(
                .overReads,
                "sends the client \(response - outCount) bytes behind out-data, as out-resp-len is \(response)")
        }
        // The messages follow each other by the lengths in their own headers.
        var place = start + response
        while place < end {
            let next = place + 16 + memory.number32(place + 12)
            if next > memory.mappedEnd {
                return note(.dies, "copies out-data up to \(next - memory.bytes.count) bytes behind the file")
            }
            if next > end || next > recordEnd {
                return note(
                    .overReads,
                    "sends the client \(next - min(end, recordEnd)) bytes behind out-data, whose last message is cut off"
                )
            }
            place = next
        }
    }

    private mutating func readWatch(_ body: Int, strings: Int) {
        let connection = connections[memory.number32(body)]
        guard let connection else {
            return note(.dies, "ends, as the watch's connection \(memory.number32(body)) is not there")
        }
        if connection == .socket && !connections.hasRing(of: 0) {
            return note(.dies, "ends at a socket's watch before the connection of domain 0")
        }
        let pathCount = memory.number16(body + 4)
        let tokenCount = memory.number16(body + 6)
        let tokenStart = strings + pathCount
        guard checkEnd(tokenStart, "the token") else { return }
        readString(strings, count: pathCount, .wpath)
        readString(tokenStart, count: tokenCount, .token)
    }

    /// Its reader is one that the records' own writer does not match.
    private mutating func readExtendedWatch(_ body: Int) {
        let strings = memory.number16(body + 4) + memory.number16(body + 6)
        let end = (body + 8 + strings + 7) / 8 * 8
        if end < recordEnd && records[end] != nil {
            note(.dies, "ends: len is \(recordEnd - end) bytes more than the record has, as daemons write it")
        } else {
            note(.alters, "takes the watch's path from the third octet on")
        }
    }

    /// Strings are read up to their NUL, wherever it is.
    private mutating func readString(_ start: Int, count: Int, _ field: Field) {
        let string = memory.string(start, limit: count + Self.longestPath)
        if string.count >= count || start + string.count >= recordEnd {
            note(.overReads, "reads \(field.name) as \(Escape.short(string)), beyond its length of \(count)")
        } else if !memory.isZero(start + string.count..<min(start + count, recordEnd)) {
            note(.alters, "reads \(field.name) as \(Escape.short(string)), up to the first NUL")
        }
    }

    // MARK: Nodes

    private mutating func readNode(_ body: Int) {
        if usesFastPath, let path = pathOfPlainNode() { return readTreeNode(path, isDeletion: false) }
        let connID = memory.number32(body)
        let pathCount = memory.number16(body + 8)
        let valueCount = memory.number16(body + 10)
        let access = memory.number16(body + 12)
        let permCount = memory.number16(body + 14)
        let pathStart = body + 16 + 4 * permCount
        let valueStart = pathStart + pathCount
        // No longer than needed: many records may point to one long run without a NUL.
        let path = memory.string(pathStart, limit: Self.longestPath + (valueStart <= recordEnd ? pathCount : 0))
        guard Path.isSpecial(path) || path.contains(ASCII.slash) else {
            return note(.dies, "ends at a node whose path, \(Escape.short(path)), has no slash")
        }
        guard checkEnd(pathStart, "permissions") else { return }
        readString(pathStart, count: pathCount, .path)
        if valueStart + valueCount > recordEnd || valueStart + valueCount > memory.bytes.count {
            _ = checkEnd(valueStart + valueCount, "the value of \(Escape.short(path))")
        }
        if connID != 0 {
            let what =
                access & 3 == 0
                ? "deletes nothing, but empties \(Escape.short(path)) and takes its permissions"
                : "takes the pending node \(Escape.short(path)) for a committed one"
            note(.alters, what)
        }
        if Path.isSpecial(path) {
            readSpecial(path, valueCount: valueCount)
        } else {
            readTreeNode(path, isDeletion: connID != 0 && access & 3 == 0)
            readOwner(
                path, permCount: permCount, perms: body + 16, value: valueStart, valueCount, isPending: connID != 0)
        }
        readPermissions(path, count: permCount, start: body + 16)
    }

    private mutating func readSpecial(_ path: Octets, valueCount: Int) {
        let isKnown = path.elementsEqual("@releaseDomain".utf8) || path.elementsEqual("@introduceDomain".utf8)
        if !isKnown {
            return note(.skips, "keeps \(Escape.short(path)) where nobody can read it, and does not write it again")
        }
        if !specials.insert(path).inserted { note(.alters, "takes the last \(Escape.short(path))") }
        if valueCount > 0 { note(.alters, "drops the value of \(Escape.short(path))") }
    }

    private mutating func readTreeNode(_ path: Octets, isDeletion: Bool) {
        defer { hasNodes = true }
        guard path.count > 1 else {
            if hasNodes {
                note(
                    .alters,
                    "forgets the children that / had before: they can be read and not be listed, and are lost at the next dump"
                )
            }
            return
        }
        let slash = path.lastIndex(of: ASCII.slash) ?? path.startIndex
        let parent = slash == path.startIndex ? path.prefix(1) : path[path.startIndex..<slash]
        guard paths.hasParent(parent) else {
            return note(.dies, "ends, as the parent of \(Escape.short(path)) is not there")
        }
        if isDeletion && paths.hasChildren(path) {
            return note(.dies, "ends at the deletion of \(Escape.short(path)), which has children")
        }
        if slash + 1 == path.endIndex && parent.count == 1 {
            note(.alters, "makes a child without a name below /: its next dump never ends")
        }
        if !paths.insert(path, below: parent) {
            note(
                .alters, "takes the last \(Escape.short(path)), lists it twice, and forgets the children it had before")
        }
    }

    private mutating func readOwner(
        _ path: Octets, permCount: Int, perms: Int, value: Int, _ valueCount: Int, isPending: Bool
    ) {
        var owner = memory.number16(perms + 2)
        if permCount == 0 {
            // The owner is then looked for where the value begins.
            owner = (0..<min(4, valueCount)).reduce(0) { $0 | Int(memory.byte(value + $1)) << (8 * $1) }
            if connections.hasRing(of: owner) && !isPending {
                note(.overReads, "takes the owner of \(Escape.short(path)) from its value, as it has no permissions")
            }
        }
        if !connections.hasRing(of: owner) {
            note(.dies, "ends, as the owner of \(Escape.short(path)), domain \(owner), has no connection before it")
        }
    }

    private mutating func readPermissions(_ path: Octets, count: Int, start: Int) {
        let isSpecial = Path.isSpecial(path)
        for index in 0..<count {
            let entry = start + 4 * index
            let domid = memory.number16(entry + 2)
            if !"wrbn".utf8.contains(memory.byte(entry)) {
                return note(
                    .alters,
                    "takes a permission of \(Escape.short(path)) with letter 0x\(String(memory.byte(entry), radix: 16)) for n"
                )
            }
            if memory.byte(entry + 1) & 0xFE != 0 {
                return note(.alters, "drops flags of a permission of \(Escape.short(path))")
            }
            if index > 0 && !isSpecial && !connections.hasRing(of: domid) && memory.byte(entry + 1) & 1 == 0 {
                return note(
                    .alters,
                    "marks the permission of domain \(domid) for \(Escape.short(path)) as stale, as it has no connection before it"
                )
            }
        }
    }
}
