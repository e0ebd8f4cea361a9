import XenstoreArchive
import XenstoreStream

/// The rows of all tables, as records with their positions.
struct WorkspaceRecords {
    private(set) var format = StreamFormat(layout: .v1)
    private(set) var problems: [WorkspaceProblem] = []
    private(set) var problemCount = 0
    private(set) var sourceSHA256: String?

    /// A record without a position goes after the last record of its kind.
    private enum Kind {
        case connection, node, pending, domain
    }

    private struct Entry {
        let position: Int64?
        let kind: Kind
        let record: RecordBody
    }

    private var entries: [Entry] = []
    private var connIDs: Set<UInt32> = []
    private var transactions: Set<TransactionKey> = []
    private var globalQuotaPosition: Int64?
    private var globalPosition: Int64?

    mutating func read(_ database: Database) throws {
        try readImage(database)
        try readConnections(database)
        try readWatches(database)
        try readTransactions(database)
        try readNodes(database)
        try readDomains(database)
    }

    /// New rows come after the others of their kind. Connections and their watches and transactions
    /// come before all nodes.
    var sorted: [RecordBody] {
        func last(_ kinds: [Kind]) -> Int64 {
            entries.lazy.filter { kinds.contains($0.kind) }.compactMap(\.position).max() ?? 0
        }
        let places: [Kind: Int64] = [
            .connection: last([.connection]), .node: last([.connection, .node]),
            .pending: last([.connection, .node, .pending]),
            .domain: last([.connection, .node, .pending, .domain]),
        ]
        let keyed = entries.enumerated().map { index, entry in
            (key: entry.position ?? places[entry.kind] ?? 0, isNew: entry.position == nil, index: index)
        }
        return keyed.sorted { ($0.key, $0.isNew ? 1 : 0, $0.index) < ($1.key, $1.isNew ? 1 : 0, $1.index) }.map {
            entries[$0.index].record
        }
    }

    private mutating func add(_ position: Int64?, _ kind: Kind, _ record: RecordBody) {
        entries.append(Entry(position: position, kind: kind, record: record))
    }

    private mutating func take(_ table: WorkspaceTable) {
        problems += table.problems
        problemCount += table.problemCount
    }

    // MARK: Tables

    private mutating func readImage(_ database: Database) throws {
        var table = try WorkspaceTable(
            database, "image", key: ["image_id"],
            [
                "layout", "byte_order", "length_rule", "global_position", "rw_socket_fd", "ro_socket_fd", "evtchn_fd",
                "global_quota_position", "virq_port", "source_sha256",
            ],
            order: "image_id LIMIT 2")
        defer { take(table) }
        guard try table.next() else {
            problemCount += 1
            return problems.append(
                WorkspaceProblem(
                    table: "image", row: "image_id 1", column: nil, reason: "is missing; it holds the stream's layout")
            )
        }
        if let layout = table.word(1, Layout.self), let order = table.word(2, ByteOrder.self),
            let rule = table.word(3, LengthRule.self)
        {
            format = StreamFormat(layout: layout, byteOrder: order, lengthRule: rule)
        }
        globalQuotaPosition = table.optional(8, Int64.self)
        if !table.isNull(10) { sourceSHA256 = table.octets(10, most: 64).utf8Text }
        if let rwSocketFD = table.optional(5, Int32.self) {
            let second = table.optional(format.layout.globalSecondField == .roSocketFD ? 6 : 7, Int32.self) ?? -1
            let virqPort = format.layout.hasVIRQPort ? table.optional(9, Int32.self) ?? -1 : -1
            globalPosition = table.optional(4, Int64.self)
            add(
                globalPosition ?? 0, .connection,
                .global(GlobalData(rwSocketFD: rwSocketFD, secondFD: second, virqPort: virqPort)))
        }
        if try table.next() { table.reject(nil, "is a second row; a workspace has one") }
    }

    private mutating func readConnections(_ database: Database) throws {
        var table = try WorkspaceTable(
            database, "connections", key: ["conn_id"],
            [
                "position", "type", "domid", "target_domid", "evtchn", "socket_fd", "unique_id", "in_data", "out_data",
                "out_resp_len", "flags", "revtchn",
                "levtchn", "mfn",
            ], order: "conn_id")
        defer { take(table) }
        while try table.next() {
            var data = ConnectionData()
            data.connID = table.number(0, UInt32.self)
            if data.connID == 0 { table.reject(0, "0 is not a valid conn_id; choose another number") }
            let position = table.optional(1, Int64.self)
            switch table.word(2, ConnectionType.self) {
            case .ring: readRing(&table, &data)
            case .socket:
                data.connType = 1
                data.socketFD = table.number(6, Int32.self)
            case nil: break
            }
            data.inData = table.octets(8, most: Int(UInt16.max))
            data.outData = table.octets(9, most: Int(UInt32.max))
            data.outRespLength = table.number(10, UInt16.self, default: 0)
            if Int(data.outRespLength) > data.outData.count {
                table.reject(10, "\(data.outRespLength) is more than the \(data.outData.count) bytes of out_data")
            }
            if format.layout.connectionShape == .draft {
                data.flags = table.number(11, UInt16.self, default: data.kind == .ring && !format.layout.isText ? 1 : 0)
                let others =
                    [5, 7].filter { !table.isNull($0) } + (data.inData.isEmpty ? [] : [8])
                    + (data.outRespLength == 0 ? [] : [10])
                for column in others { table.reject(column, Self.noField(format.layout)) }
            } else {
                if let uniqueID = table.optional(7, UInt64.self) { (data.fields, data.uniqueID) = (1, uniqueID) }
                for column in 11...14 where !table.isNull(column) { table.reject(column, Self.noField(format.layout)) }
            }
            connIDs.insert(data.connID)
            if table.isSound { add(position, .connection, .connection(data)) }
        }
    }

    private static func noField(_ layout: Layout) -> String {
        "must be empty, as the layout \(layout.rawValue) (in the table image) has no such field"
    }

    private enum ConnectionType: String, CaseIterable {
        case ring, socket
    }

    private func readRing(_ table: inout WorkspaceTable, _ data: inout ConnectionData) {
        data.domid = table.number(3, UInt16.self)
        data.tdomid = table.optional(4, UInt16.self) ?? ConnectionData.noDomain
        if format.layout.connectionShape == .draft {
            data.revtchn = table.number(12, UInt32.self, default: 0)
            data.levtchn = table.number(13, UInt32.self, default: 0)
            data.mfn = table.number(14, UInt64.self, default: .max)
        } else {
            data.evtchn = table.number(5, UInt32.self, default: 0)
        }
    }

    private mutating func readWatches(_ database: Database) throws {
        var table = try WorkspaceTable(
            database, "watches", key: ["watch_id"], ["position", "conn_id", "path", "token", "depth"], order: "watch_id"
        )
        defer { take(table) }
        while try table.next() {
            let position = table.optional(1, Int64.self)
            let connID = connection(2, &table)
            let wpath = TerminatedString(table.octets(3, most: Int(UInt16.max) - 1))
            let token = TerminatedString(table.octets(4, most: Int(UInt16.max) - 1))
            let depth = table.optional(5, UInt16.self)
            guard table.isSound else { continue }
            if let depth {
                add(
                    position, .connection,
                    .watchExtended(WatchDataExtended(connID: connID, wpath: wpath, token: token, depth: depth)))
            } else {
                add(position, .connection, .watch(WatchData(connID: connID, wpath: wpath, token: token)))
            }
        }
    }

    private func connection(_ column: Int, _ table: inout WorkspaceTable) -> UInt32 {
        let connID = table.number(column, UInt32.self)
        if table.isSound && !connIDs.contains(connID) {
            table.reject(column, "\(connID) is not in the table connections")
        }
        return connID
    }

    private mutating func readTransactions(_ database: Database) throws {
        var table = try WorkspaceTable(
            database, "transactions", key: ["conn_id", "tx_id"], ["position"], order: "conn_id, tx_id")
        defer { take(table) }
        while try table.next() {
            let data = TransactionData(connID: connection(0, &table), txID: table.number(1, UInt32.self))
            transactions.insert(TransactionKey(connID: data.connID, txID: data.txID))
            let position = table.optional(2, Int64.self)
            if table.isSound { add(position, .connection, .transaction(data)) }
        }
    }

    private mutating func readNodes(_ database: Database) throws {
        var perms = try PermissionRows(database)
        var table = try WorkspaceTable(
            database, "nodes", key: ["node_id"], ["position", "path", "value", "conn_id", "tx_id", "access"],
            order: "node_id")
        defer {
            take(table)
            take(perms.table)
        }
        var paths: Set<Octets> = []
        while try table.next() {
            let nodeID = table.number(0, Int64.self)
            let position = table.optional(1, Int64.self)
            var data = NodeData()
            data.path = TerminatedString(table.octets(2, most: Int(UInt16.max) - 1))
            data.value = table.octets(3, most: Int(UInt16.max))
            data.txID = table.number(5, UInt32.self, default: 0)
            data.access = table.number(6, UInt16.self, default: 0)
            data.perms = try perms.list(of: nodeID)
            if !Path.isFixed(data.path.octets) {
                if table.isSound { table.reject(2, "\(Escape.short(data.path.octets)) begins with neither / nor @") }
            }
            if table.isNull(4) {
                if table.isSound && !paths.insert(data.path.octets).inserted {
                    table.reject(2, "\(Escape.short(data.path.octets)) is also in another row")
                }
            } else {
                data.connID = connection(4, &table)
                if table.isSound && !transactions.contains(TransactionKey(connID: data.connID, txID: data.txID)) {
                    table.reject(5, "\(data.txID) of connection \(data.connID) is not in the table transactions")
                }
            }
            if table.isSound { add(position, data.isCommitted ? .node : .pending, .node(data)) }
        }
        try perms.finish()
    }

    private mutating func readDomains(_ database: Database) throws {
        var table = try WorkspaceTable(database, "domains", key: ["domid"], ["position", "features"], order: "domid")
        var domains: [(position: Int64?, data: DomainData)] = []
        var index: [UInt16: Int] = [:]
        // A row that is already reported is not reported again for its quotas.
        var rejected: Set<UInt16> = []
        while try table.next() {
            let data = DomainData(
                domid: table.number(0, UInt16.self), features: table.number(2, UInt32.self, default: 0))
            let position = table.optional(1, Int64.self)
            guard table.isSound else {
                rejected.insert(data.domid)
                continue
            }
            index[data.domid] = domains.count
            domains.append((position, data))
        }
        take(table)
        let global = try readQuotas(database) { domid, quota in
            guard let place = index[domid] else { return rejected.contains(domid) }
            domains[place].data.quotas.append(quota)
            return true
        }
        if let global { add(globalQuotaPosition ?? globalPosition ?? 0, .connection, .globalQuota(global)) }
        for (position, data) in domains { add(position, .domain, .domain(data)) }
    }

    private enum Scope: String, CaseIterable {
        case `default`, host, domain
    }

    /// - Parameter addToDomain: adds a domain's quota; returns false if there is no such domain.
    private mutating func readQuotas(
        _ database: Database, _ addToDomain: (UInt16, Quota) -> Bool
    ) throws -> GlobalQuotaData? {
        var table = try WorkspaceTable(
            database, "quotas", key: ["quota_id"], ["scope", "domid", "name", "value"],
            order: "position IS NULL, position, quota_id")
        defer { take(table) }
        var (defaults, hosts): ([Quota], [Quota]) = ([], [])
        while try table.next() {
            let quota = Quota(name: table.octets(3, most: Int(UInt16.max)), value: table.number(4, UInt32.self))
            if quota.name.contains(0) {
                table.reject(3, "\(Escape.short(quota.name)) contains a NUL, which would end the name")
            }
            switch table.word(1, Scope.self) {
            case .default: if table.isSound { defaults.append(quota) }
            case .host: if table.isSound { hosts.append(quota) }
            case .domain:
                let domid = table.number(2, UInt16.self)
                if table.isSound && !addToDomain(domid, quota) {
                    table.reject(2, "\(domid) is not in the table domains")
                }
            case nil: break
            }
        }
        for quotas in [defaults, hosts] where quotas.count > Int(UInt16.max) {
            problemCount += 1
            problems.append(
                WorkspaceProblem(
                    table: "quotas", row: "\(quotas.count) rows with one scope", column: nil,
                    reason: "are more than the 65535 that a record holds"))
        }
        guard globalQuotaPosition != nil || !defaults.isEmpty || !hosts.isEmpty else { return nil }
        return GlobalQuotaData(domQuotaCount: UInt16(clamping: defaults.count), quotas: defaults + hosts)
    }
}
