/// oxenstored's text, `$xenstored-dump-format`, in which the daemon saves its state for a live
/// update:
///
///     global,<fd>                                    the listening socket
///     evtchn-dev,<fd>,<port>                         the event channel device; from Xen 4.17 on
///     socket,<fd>                                    a client
///     dom,<domid>,<mfn>,<remote-port>[,<local-port>] a domain's ring; the last from Xen 4.17 on
///     watch,<domid or -fd>,<path>,<token>[,<depth>]  a watch of that domain or client; the last in
///                                                    XenServer's daemon from July 2025 on
///     store,<path>,<perms>,<value>                   a node
///
/// Paths, tokens, perms and values are hexadecimal; perms are strings like `n0` with NUL between
/// them.
struct OxenstoredDialect: LineDialect {
    let layout = Layout.oxenstored
    let head = Array("$xenstored-dump-format\n".utf8)

    func recognizes(_ text: Octets) -> String? {
        text.starts(with: head.dropLast()) ? "the first line says so" : nil
    }

    func read(_ text: Octets, isFirst: Bool) -> TextItem {
        let line = TextLine(startOf: text)
        if isFirst && line.content.elementsEqual(head.dropLast()) { return line.verbatim() }
        let content = Self.read(line.content)
        guard case .record(.global(var global)) = content else { return line.item(content) }
        // The next line may belong to the same record.
        let next = TextLine(startOf: text[line.whole.endIndex...])
        guard let (fd, port) = Self.eventDevice(next.content) else { return line.item(content) }
        global.secondFD = fd
        global.virqPort = port
        return next.item(.global(global))
    }

    /// A line without its newline.
    private static func read(_ line: Octets) -> TextLine.Content {
        let parts = line.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        let fields = parts.dropFirst()
        switch String(decoding: parts.first ?? [], as: UTF8.self) {
        case "global":
            // Older daemons wrote a second socket.
            guard let fd = fields.first.flatMap({ TextNumber.read($0, as: Int32.self) }) else {
                return .unknown("global has no file descriptor")
            }
            return .record(.global(GlobalData(rwSocketFD: fd)))
        case "socket": return socket(Array(fields))
        case "dom": return domain(Array(fields))
        case "watch": return watch(Array(fields))
        case "store": return node(Array(fields))
        case "evtchn-dev":
            return .unknown("evtchn-dev does not have one file descriptor and one port, or does not follow global")
        default: return .unknown("unknown line")
        }
    }

    /// The file descriptor and the port of a line evtchn-dev; nil for another line.
    private static func eventDevice(_ line: Octets) -> (fd: Int32, port: Int32)? {
        let parts = line.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("evtchn-dev".utf8),
            let fd = TextNumber.read(parts[1], as: Int32.self),
            let port = TextNumber.read(parts[2], as: Int32.self)
        else { return nil }
        return (fd, port)
    }

    // MARK: Connections

    /// The conn-id given to a domain's ring: the text has none.
    static func connID(domid: UInt16) -> UInt32 {
        UInt32(domid) + 1
    }

    /// The conn-id given to a client with this file descriptor.
    static func connID(fd: Int32) -> UInt32 {
        firstClient + fd.magnitude
    }

    /// File descriptor 7 gets conn-id 100007.
    private static let firstClient: UInt32 = 100_000

    private static func socket(_ fields: [Octets]) -> TextLine.Content {
        guard fields.count == 1, let fd = TextNumber.read(fields[0], as: Int32.self), fd >= 0 else {
            return .unknown("socket does not have exactly one file descriptor")
        }
        return .record(.connection(ConnectionData(connID: connID(fd: fd), socketFD: fd)))
    }

    private static func domain(_ fields: [Octets]) -> TextLine.Content {
        guard fields.count >= 3 else { return .unknown("dom has fewer than 3 fields") }
        guard let domid = TextNumber.read(fields[0], as: UInt16.self),
            let mfn = TextNumber.read(fields[1], as: Int64.self),
            let remote = TextNumber.read(fields[2], as: UInt32.self)
        else { return .unknown("a field of dom is not a number") }
        var data = ConnectionData(connID: connID(domid: domid), ringOf: domid, evtchn: 0)
        data.mfn = UInt64(bitPattern: mfn)
        data.revtchn = remote
        data.levtchn = noPort
        if fields.count > 3 {
            guard let local = TextNumber.read(fields[3], as: UInt32.self) else {
                return .unknown("the local port of dom is not a number")
            }
            data.levtchn = local
        }
        return .record(.connection(data))
    }

    /// The port that means no port, as in the draft.
    static let noPort = UInt32.max

    private static func watch(_ fields: [Octets]) -> TextLine.Content {
        guard (3...4).contains(fields.count) else { return .unknown("watch has neither 3 nor 4 fields") }
        guard let number = TextNumber.read(fields[0], as: Int64.self) else {
            return .unknown("the connection of watch is not a number")
        }
        guard let wpath = Hexadecimal.read(fields[1]), let token = Hexadecimal.read(fields[2]) else {
            return .unknown("a field of watch is not hexadecimal")
        }
        guard wpath.count < longest, token.count < longest else {
            return .unknown("the path or the token of watch has more than 65534 bytes")
        }
        let id: UInt32
        if let domid = UInt16(exactly: number) {
            id = connID(domid: domid)
        } else if number < 0, let fd = Int32(exactly: number.magnitude) {
            id = connID(fd: fd)
        } else {
            return .unknown("the connection of watch is neither a domid nor a client")
        }
        let watch = WatchData(connID: id, wpath: TerminatedString(wpath[...]), token: TerminatedString(token[...]))
        guard fields.count == 4 else { return .record(.watch(watch)) }
        guard let depth = TextNumber.read(fields[3], as: UInt16.self), depth != WatchDataExtended.unlimited else {
            return .unknown("the depth of watch is not a number from 0 to 65534")
        }
        return .record(
            .watchExtended(
                WatchDataExtended(connID: id, wpath: watch.wpath, token: watch.token, depth: depth)))
    }

    /// The largest count of 16 bits.
    static let longest = 0xFFFF

    // MARK: Nodes

    private static func node(_ fields: [Octets]) -> TextLine.Content {
        guard fields.count == 3 else { return .unknown("store does not have 3 fields") }
        guard let path = Hexadecimal.read(fields[0]), let octets = Hexadecimal.read(fields[1]),
            let value = Hexadecimal.read(fields[2])
        else {
            return .unknown("a field of store is not hexadecimal")
        }
        guard path.count < longest, value.count <= longest else {
            return .unknown("the path or the value of store is longer than a node can have")
        }
        guard let perms = TextPermissions.read(octets[...], separator: 0), !perms.isEmpty, perms.count <= longest else {
            return .unknown("the permissions of store are not valid")
        }
        return .record(.node(NodeData(path: TerminatedString(path[...]), value: value[...], perms: perms)))
    }

    // MARK: Writing

    func line(of body: RecordBody) -> [UInt8] {
        switch body {
        case .global(let data):
            let device =
                data.secondFD == -1 && data.virqPort == -1 ? "" : "evtchn-dev,\(data.secondFD),\(data.virqPort)\n"
            return Array("global,\(data.rwSocketFD)\n\(device)".utf8)
        case .connection(let data) where data.kind == .ring:
            let local = data.levtchn == Self.noPort ? "" : ",\(data.levtchn)"
            return Array("dom,\(data.domid),\(Int64(bitPattern: data.mfn)),\(data.revtchn)\(local)\n".utf8)
        case .connection(let data) where data.kind == .socket: return Array("socket,\(data.socketFD)\n".utf8)
        case .watch(let data): return Self.line(of: data)
        case .watchExtended(let data):
            let line = Self.line(of: data.watch)
            return data.hasDepth ? line.dropLast() + Array(",\(data.depth)\n".utf8) : line
        case .node(let data):
            return Self.line("store", data.path.octets, TextPermissions.text(data.perms, separator: 0)[...], data.value)
        default: return []
        }
    }

    private static func line(of data: WatchData) -> [UInt8] {
        let id = data.connID > firstClient ? "-\(data.connID - firstClient)" : "\(Int64(data.connID) - 1)"
        return line("watch,\(id)", data.wpath.octets, data.token.octets)
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
