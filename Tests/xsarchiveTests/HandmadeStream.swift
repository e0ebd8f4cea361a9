import XenstoreStream

/// A small stream with the records a test wants: domain 0's connection, one socket, then watches
/// and nodes.
struct HandmadeStream {
    /// Paths and values; committed, owned by domain 0.
    var nodes: [(path: Octets, value: Octets)] = []
    /// Paths and tokens, set over the socket.
    var watches: [(path: Octets, token: Octets)] = []
    /// The owner of the nodes.
    var owner: UInt16 = 0
    /// The domains with a ring connection.
    var ring: UInt16 = 0
    /// What the daemon has not yet read from the socket.
    var pendingInput: Octets = []

    init() {}

    init(nodes: [(String, String)]) {
        self.nodes = nodes.map { (Octets($0.0.utf8), Octets($0.1.utf8)) }
    }

    func bytes() throws -> [UInt8] {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(GlobalData(rwSocketFD: 3, secondFD: 6)))
        try writer.write(.connection(ConnectionData(connID: 1, ringOf: ring, evtchn: 5)))
        var socket = ConnectionData(connID: 2, socketFD: 9)
        socket.inData = pendingInput
        socket.outData = pendingInput
        try writer.write(.connection(socket))
        for watch in watches {
            try writer.write(
                .watch(WatchData(connID: 2, wpath: TerminatedString(watch.path), token: TerminatedString(watch.token))))
        }
        for node in nodes {
            let perms = [
                Permission(perm: UInt8(ascii: "n"), domid: owner), Permission(perm: UInt8(ascii: "r"), domid: 7),
            ]
            try writer.write(.node(NodeData(path: TerminatedString(node.path), value: node.value, perms: perms)))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }
}
