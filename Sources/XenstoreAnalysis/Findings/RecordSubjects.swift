import XenstoreArchive
import XenstoreStream

/// What identifies the records of an image that findings name, as a diff identifies them: not by
/// conn-id, which the daemon renumbers at each dump.
struct RecordSubjects {
    private var bodies: [Int: RecordBody] = [:]
    private var connections: [UInt32: [ImageFinding.Field]] = [:]

    /// - Parameter findings: the findings whose records are looked up.
    init(_ image: ScannedImage, _ findings: [Finding]) throws {
        let numbers = Set(findings.compactMap(\.record))
        guard !numbers.isEmpty else { return }
        // Without damaged spans, the records are counted as the items are.
        func isWanted(_ index: Int) -> Bool {
            image.plainNode(index) == nil || image.isSalvaged || numbers.contains(index + 1)
        }
        try image.forEachItem(where: isWanted) { _, item in
            guard case .record(let record) = item else { return }
            if case .connection(let data) = record.body { connections[data.connID] = Self.fields(data) }
            if numbers.contains(record.number) { bodies[record.number] = record.body }
        }
    }

    /// What identifies a record; empty if there is no such record.
    func fields(_ number: Int) -> [ImageFinding.Field] {
        switch bodies[number] {
        case nil: []
        case .connection(let data): Self.fields(data)
        case .watch(let data): fields(data)
        case .watchExtended(let data): fields(data.watch)
        case .transaction(let data): connection(data.connID) + [("tx_id", .integer(Int64(data.txID)))]
        case .node(let data) where data.isCommitted: [("path", Self.value(data.path.octets))]
        case .node(let data):
            connection(data.connID) + [("tx_id", .integer(Int64(data.txID))), ("path", Self.value(data.path.octets))]
        case .domain(let data): [("domid", .integer(Int64(data.domid)))]
        case .global: [("record", Self.value(Octets("GLOBAL_DATA".utf8)))]
        case .globalQuota: [("record", Self.value(Octets("GLOBAL_QUOTA_DATA".utf8)))]
        case .opaque(let data): [("record", Self.value(Octets(data.type.name.utf8)))]
        }
    }

    private func fields(_ data: WatchData) -> [ImageFinding.Field] {
        connection(data.connID)
            + [("path", Self.value(data.wpath.octets)), ("token", Self.value(data.token.octets))]
    }

    private func connection(_ connID: UInt32) -> [ImageFinding.Field] {
        connections[connID] ?? [("conn_id", .integer(Int64(connID)))]
    }

    private static func fields(_ data: ConnectionData) -> [ImageFinding.Field] {
        switch data.kind {
        case .ring: [("domid", .integer(Int64(data.domid)))]
        case .socket: [("socket_fd", .integer(Int64(data.socketFD)))]
        case .unknown:
            [("conn_type", .integer(Int64(data.connType))), ("conn_spec", .blob(Octets(Array(data.connSpec))))]
        }
    }

    /// A copy: a slice would keep the whole image in memory.
    private static func value(_ octets: Octets) -> SQLValue {
        let copy = Octets(Array(octets))
        return copy.utf8Text == nil ? .blob(copy) : .text(copy)
    }
}
