import XenstoreArchive
import XenstoreStream

/// The statements that fill a workspace's tables.
struct WorkspaceRows {
    private let layout: Layout
    private let connections, watches, transactions, nodes, perms, domains, quotas, image: Statement
    private var nodeCount: Int64 = 0
    private var global: (data: GlobalData, position: Int64)?
    private var globalQuotaPosition: Int64?

    init(_ database: Database, _ layout: Layout) throws {
        self.layout = layout
        func insert(_ table: String, _ columns: String) throws -> Statement {
            let marks = columns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
            return try database.prepare("INSERT INTO \(table) (\(columns)) VALUES (\(marks))")
        }
        connections = try insert(
            "connections",
            "conn_id, position, type, domid, target_domid, evtchn, socket_fd, unique_id, in_data, out_data, "
                + "out_resp_len, flags, revtchn, levtchn, mfn"
        )
        watches = try insert("watches", "position, conn_id, path, token, depth")
        transactions = try insert("transactions", "position, conn_id, tx_id")
        nodes = try insert("nodes", "node_id, position, path, value, conn_id, tx_id, access")
        perms = try insert("perms", "node_id, position, perm, domid, stale")
        domains = try insert("domains", "domid, position, features")
        quotas = try insert("quotas", "scope, domid, position, name, value")
        image = try insert(
            "image",
            "image_id, layout, byte_order, length_rule, global_position, rw_socket_fd, ro_socket_fd, evtchn_fd, "
                + "global_quota_position, source_name, source_sha256, virq_port"
        )
    }

    mutating func add(_ record: RecordBody, position: Int64) throws {
        switch record {
        case .node(let data): try add(data, position)
        case .global(let data): global = (data, position)
        case .connection(let data): try add(data, position)
        case .watch(let data): try addWatch(position, data.connID, data.wpath, data.token, depth: nil)
        case .watchExtended(let data): try addWatch(position, data.connID, data.wpath, data.token, depth: data.depth)
        case .transaction(let data):
            try run(transactions) { try $0.bindAll(position, Int64(data.connID), Int64(data.txID)) }
        case .globalQuota(let data):
            globalQuotaPosition = position
            for (place, quota) in data.quotas.enumerated() {
                try add(quota, place, place < Int(data.domQuotaCount) ? "default" : "host", domid: nil)
            }
        case .domain(let data):
            try run(domains) { try $0.bindAll(Int64(data.domid), position, Int64(data.features)) }
            for (place, quota) in data.quotas.enumerated() { try add(quota, place, "domain", domid: data.domid) }
        case .opaque: break
        }
    }

    private func run(_ statement: Statement, _ bind: (Statement) throws -> Void) throws {
        statement.clearBindings()
        try bind(statement)
        try statement.run()
    }

    private func add(_ quota: Quota, _ place: Int, _ scope: String, domid: UInt16?) throws {
        try run(quotas) {
            try $0.bind(1, scope)
            if let domid { try $0.bind(2, Int64(domid)) }
            try $0.bind(3, Int64(place))
            try $0.bindTextOrBlob(4, quota.name)
            try $0.bind(5, Int64(quota.value))
        }
    }

    private func addWatch(
        _ position: Int64, _ connID: UInt32, _ wpath: TerminatedString, _ token: TerminatedString, depth: UInt16?
    ) throws {
        try run(watches) {
            try $0.bindAll(position, Int64(connID))
            try $0.bindTextOrBlob(3, wpath.octets)
            try $0.bindTextOrBlob(4, token.octets)
            if let depth { try $0.bind(5, Int64(depth)) }
        }
    }

    private mutating func add(_ data: NodeData, _ position: Int64) throws {
        nodeCount += 1
        let nodeID = nodeCount
        try run(nodes) {
            try $0.bindAll(nodeID, position)
            try $0.bindTextOrBlob(3, data.path.octets)
            try $0.bindTextOrBlob(4, data.value)
            if !data.isCommitted { try $0.bind(5, Int64(data.connID)) }
            try $0.bind(6, Int64(data.txID))
            try $0.bind(7, Int64(data.access))
        }
        for (place, entry) in data.perms.enumerated() {
            try perms.bindAll(nodeID, Int64(place))
            try perms.bindTextOrBlob(3, [entry.perm])
            try perms.bind(4, Int64(entry.domid))
            try perms.bind(5, Int64(entry.flags & 1))
            try perms.run()
        }
    }

    private func add(_ data: ConnectionData, _ position: Int64) throws {
        let isRing = data.kind == .ring
        try run(connections) {
            try $0.bindAll(Int64(data.connID), position)
            try $0.bind(3, isRing ? "ring" : "socket")
            if isRing {
                try $0.bind(4, Int64(data.domid))
                if data.tdomid != ConnectionData.noDomain { try $0.bind(5, Int64(data.tdomid)) }
            } else {
                try $0.bind(7, Int64(data.socketFD))
            }
            try $0.bindBlob(9, data.inData)
            try $0.bindBlob(10, data.outData)
            try $0.bind(11, Int64(data.outRespLength))
            if layout.connectionShape == .draft {
                try $0.bind(12, Int64(data.flags))
                guard isRing else { return }
                try $0.bind(13, Int64(data.revtchn))
                try $0.bind(14, Int64(data.levtchn))
                try $0.bind(15, Int64(bitPattern: data.mfn))
            } else {
                if isRing { try $0.bind(6, Int64(data.evtchn)) }
                if data.hasUniqueID { try $0.bind(8, Int64(bitPattern: data.uniqueID)) }
            }
        }
    }

    func finish(_ format: StreamFormat, name: String, sha256: String) throws {
        try run(image) {
            try $0.bind(1, 1)
            try $0.bind(2, format.layout.rawValue)
            try $0.bind(3, format.byteOrder.rawValue)
            try $0.bind(4, format.lengthRule.rawValue)
            if let (data, position) = global {
                try $0.bind(5, position)
                try $0.bind(6, Int64(data.rwSocketFD))
                try $0.bind(layout.globalSecondField == .roSocketFD ? 7 : 8, Int64(data.secondFD))
                if layout.hasVIRQPort { try $0.bind(12, Int64(data.virqPort)) }
            }
            if let globalQuotaPosition { try $0.bind(9, globalQuotaPosition) }
            try $0.bind(10, name)
            try $0.bind(11, sha256)
        }
    }
}

extension Statement {
    /// Binds the first parameters.
    func bindAll(_ values: Int64...) throws {
        for (index, value) in values.enumerated() { try bind(index + 1, value) }
    }
}
