import XenstoreStream

/// Names of connections in messages.
enum ConnectionNames {
    static func name(_ data: ConnectionData) -> String {
        switch data.kind {
        case .ring: "the ring of domain \(data.domid)"
        case .socket: "socket \(data.socketFD)"
        case .unknown: "connection \(data.connID)"
        }
    }
}
