/// The lines of oxenstored's text, `$xenstored-dump-format`, in which the daemon keeps its state over a live update:
///
///     global,<fd>                                    the listening socket
///     evtchn-dev,<fd>,<port>                         the event channel device; from Xen 4.17 on
///     socket,<fd>                                    a client
///     dom,<domid>,<mfn>,<remote-port>[,<local-port>] a domain's ring; the last from Xen 4.17 on
///     watch,<domid or -fd>,<path>,<token>            a watch of that domain or client
///     store,<path>,<perms>,<value>                   a node
///
/// Paths, tokens, perms and values are hexadecimal; perms are strings like `n0` with NUL between them.
enum OxenstoredLine {
    /// The first line.
    static let header = Array("$xenstored-dump-format".utf8)

    /// A line without its newline.
    static func read(_ line: Octets) -> LineContent {
        let parts = line.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        let fields = parts.dropFirst()
        switch String(decoding: parts.first ?? [], as: UTF8.self) {
        case "global":
            // Older daemons had a second socket.
            guard let fd = fields.first.flatMap({ TextNumber.read($0, as: Int32.self) }) else {
                return .unknown("global has no descriptor")
            }
            return .record(.global(GlobalData(rwSocketFD: fd)))
        case "socket": return socket(Array(fields))
        case "dom": return domain(Array(fields))
        case "watch": return watch(Array(fields))
        case "store": return node(Array(fields))
        case "evtchn-dev": return .unknown("evtchn-dev has not one descriptor and one port, or does not follow global")
        default: return .unknown("the line says nothing known")
        }
    }

    /// The descriptor and the port of a line evtchn-dev; nil for another line.
    static func eventDevice(_ line: Octets) -> (fd: Int32, port: Int32)? {
        let parts = line.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("evtchn-dev".utf8),
            let fd = TextNumber.read(parts[1], as: Int32.self),
            let port = TextNumber.read(parts[2], as: Int32.self)
        else { return nil }
        return (fd, port)
    }

    // MARK: Connections

    /// What conn-id stands for a domain's ring: the text has none.
    static func connID(domid: UInt16) -> UInt32 {
        UInt32(domid) + 1
    }

    /// What conn-id stands for a client with a descriptor.
    static func connID(fd: Int32) -> UInt32 {
        firstClient + fd.magnitude
    }

    /// Descriptor 7 is 100007.
    private static let firstClient: UInt32 = 100_000

    private static func socket(_ fields: [Octets]) -> LineContent {
        guard fields.count == 1, let fd = TextNumber.read(fields[0], as: Int32.self), fd >= 0 else {
            return .unknown("socket has not just one descriptor")
        }
        return .record(.connection(ConnectionData(connID: connID(fd: fd), socketFD: fd)))
    }

    private static func domain(_ fields: [Octets]) -> LineContent {
        guard fields.count >= 3 else { return .unknown("dom has less than 3 numbers") }
        guard let domid = TextNumber.read(fields[0], as: UInt16.self),
            let mfn = TextNumber.read(fields[1], as: Int64.self),
            let remote = TextNumber.read(fields[2], as: UInt32.self)
        else { return .unknown("a number of dom is none") }
        var data = ConnectionData(connID: connID(domid: domid), ringOf: domid, evtchn: 0)
        data.mfn = UInt64(bitPattern: mfn)
        data.revtchn = remote
        data.levtchn = noPort
        if fields.count > 3 {
            guard let local = TextNumber.read(fields[3], as: UInt32.self) else {
                return .unknown("the local port of dom is no number")
            }
            data.levtchn = local
        }
        return .record(.connection(data))
    }

    /// The draft's own way to say that there is none.
    static let noPort = UInt32.max

    private static func watch(_ fields: [Octets]) -> LineContent {
        guard fields.count == 3 else { return .unknown("watch has not 3 fields") }
        guard let number = TextNumber.read(fields[0], as: Int64.self) else {
            return .unknown("the connection of watch is no number")
        }
        guard let wpath = Hexadecimal.read(fields[1]), let token = Hexadecimal.read(fields[2]) else {
            return .unknown("watch has what is not hexadecimal")
        }
        guard wpath.count < longest, token.count < longest else { return .unknown("watch has more than 65534 bytes") }
        let id: UInt32
        if let domid = UInt16(exactly: number) {
            id = connID(domid: domid)
        } else if number < 0, let fd = Int32(exactly: number.magnitude) {
            id = connID(fd: fd)
        } else {
            return .unknown("watch is of no connection that can be")
        }
        return .record(
            .watch(WatchData(connID: id, wpath: TerminatedString(wpath[...]), token: TerminatedString(token[...]))))
    }

    /// What a count of 16 bits holds.
    static let longest = 0xFFFF

    // MARK: Nodes

    private static func node(_ fields: [Octets]) -> LineContent {
        guard fields.count == 3 else { return .unknown("store has not 3 fields") }
        guard let path = Hexadecimal.read(fields[0]), let octets = Hexadecimal.read(fields[1]),
            let value = Hexadecimal.read(fields[2])
        else {
            return .unknown("store has what is not hexadecimal")
        }
        guard path.count < longest, value.count <= longest else {
            return .unknown("store has a path or a value of more bytes than a node can have")
        }
        guard let perms = TextPermissions.read(octets[...], separator: 0), !perms.isEmpty, perms.count <= longest else {
            return .unknown("the permissions of store are none")
        }
        return .record(.node(NodeData(path: TerminatedString(path[...]), value: value[...], perms: perms)))
    }

    // MARK: Writing

    /// The lines that tell what the record holds; empty where no line can.
    static func text(of body: RecordBody) -> [UInt8] {
        switch body {
        case .global(let data):
            let device =
                data.secondFD == -1 && data.virqPort == -1 ? "" : "evtchn-dev,\(data.secondFD),\(data.virqPort)\n"
            return Array("global,\(data.rwSocketFD)\n\(device)".utf8)
        case .connection(let data) where data.kind == .ring:
            let local = data.levtchn == noPort ? "" : ",\(data.levtchn)"
            return Array("dom,\(data.domid),\(Int64(bitPattern: data.mfn)),\(data.revtchn)\(local)\n".utf8)
        case .connection(let data) where data.kind == .socket: return Array("socket,\(data.socketFD)\n".utf8)
        case .watch(let data):
            let id = data.connID > firstClient ? "-\(data.connID - firstClient)" : "\(Int64(data.connID) - 1)"
            return line("watch,\(id)", data.wpath.octets, data.token.octets)
        case .node(let data):
            return line("store", data.path.octets, TextPermissions.text(data.perms, separator: 0)[...], data.value)
        default: return []
        }
    }

    private static func line(_ start: String, _ fields: Octets...) -> [UInt8] {
        var line = Array(start.utf8)
        line.reserveCapacity(line.count + fields.reduce(1) { $0 + 1 + 2 * $1.count })
        for field in fields {
            line.append(ASCII.comma)
            Hexadecimal.append(field, to: &line)
        }
        line.append(ASCII.newline)
        return line
    }
}
