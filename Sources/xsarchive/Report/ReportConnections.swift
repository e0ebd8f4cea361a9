import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The connections of an image and what they are waiting for, their watches, and their open
/// transactions.
struct ReportConnections {
    private var connections: [(data: ConnectionData, waiting: Backlog?)] = []
    private var watches: [WatchData] = []
    private var transactions: [TransactionData] = []
    private var pending: [NodeData] = []

    /// - Throws: the errors of reading the image.
    init(_ image: ImageSource, _ redactor: Redactor? = nil) throws {
        try image.forEachRecordOutsideTree { body in
            switch redactor?.redact(body, byteOrder: image.format.byteOrder) ?? body {
            case .connection(let data): connections.append((data, Backlog(data, image.format.byteOrder)))
            case .watch(let data): watches.append(data)
            case .watchExtended(let data): watches.append(data.watch)
            case .transaction(let data): transactions.append(data)
            case .node(let data) where !data.isCommitted: pending.append(data)
            default: break
            }
        }
    }

    var json: JSON {
        .object([
            ("connections", .array(connectionRows)), ("watches", .array(watches.map(Self.watchRow))),
            (
                "transactions",
                .array(transactions.map { .array([.integer(Int64($0.connID)), .integer(Int64($0.txID))]) })
            ),
            ("pending", .array(pending.map(Self.pendingRow))),
        ])
    }

    /// conn-id, name, domid, target, watches, transactions, bytes in the input and output buffers,
    /// and what it is waiting for.
    private var connectionRows: [JSON] {
        let watchCounts = Dictionary(watches.map { ($0.connID, 1) }, uniquingKeysWith: +)
        let transactionCounts = Dictionary(transactions.map { ($0.connID, 1) }, uniquingKeysWith: +)
        return connections.map { data, waiting in
            let isRing = data.kind == .ring
            let hasTarget = isRing && data.tdomid != ConnectionData.noDomain
            let row: [JSON] = [
                .integer(Int64(data.connID)), .string(Self.name(data)), isRing ? .integer(Int64(data.domid)) : .null,
                hasTarget ? .integer(Int64(data.tdomid)) : .null, .integer(Int64(watchCounts[data.connID, default: 0])),
                .integer(Int64(transactionCounts[data.connID, default: 0])), .integer(Int64(data.inData.count)),
                .integer(Int64(data.outData.count)), .optional(waiting?.waitsFor),
            ]
            return .array(row)
        }
    }

    private static func watchRow(_ watch: WatchData) -> JSON {
        .array([
            .integer(Int64(watch.connID)), .string(Escape.printable(watch.wpath.octets)),
            .string(Escape.printable(watch.token.octets)),
        ])
    }

    private static func pendingRow(_ node: NodeData) -> JSON {
        .array([
            .integer(Int64(node.connID)), .integer(Int64(node.txID)), .string(access(node.access)),
            .string(Escape.printable(node.path.octets)),
            .string(Escape.printable(node.value)), .string(Escape.printable(PermissionList.text(node.perms))),
        ])
    }

    private static func name(_ data: ConnectionData) -> String {
        switch data.kind {
        case .ring: "domain \(data.domid)"
        case .socket: "socket \(data.socketFD)"
        case .unknown: "type \(data.connType)"
        }
    }

    /// What the transaction did to the node.
    private static func access(_ access: UInt16) -> String {
        switch access {
        case 0: "deleted"
        case 1: "read"
        case 2: "written"
        case 3: "read, written"
        default: "access \(access)"
        }
    }
}
