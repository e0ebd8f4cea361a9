/// The connections of a daemon during a restore. Each domain has one, whatever the stream says.
struct RestoreConnections {
    enum Connection: Equatable {
        case ring(Int)
        case socket
    }

    private var connections: [Int: Connection] = [:]
    /// By domid.
    private var rings = Array(repeating: false, count: 1 << 16)
    /// The single conn-id of each domid's ring.
    private var ringIDs: [Int: Int] = [:]

    subscript(connID: Int) -> Connection? {
        connections[connID]
    }

    func hasRing(of domid: Int) -> Bool {
        rings.indices.contains(domid) && rings[domid]
    }

    /// The first connection with a conn-id keeps it.
    mutating func addSocket(_ connID: Int) {
        if connections[connID] == nil { connections[connID] = .socket }
    }

    /// Gives the domain's ring a conn-id, which replaces the one it had.
    mutating func addRing(_ connID: Int, of domid: Int) {
        if let before = ringIDs.removeValue(forKey: domid) { connections[before] = nil }
        if rings.indices.contains(domid) { rings[domid] = true }
        guard connections[connID] == nil else { return }
        connections[connID] = .ring(domid)
        ringIDs[domid] = connID
    }
}
