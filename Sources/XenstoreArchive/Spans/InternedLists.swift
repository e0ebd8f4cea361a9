import XenstoreStream

/// The interned lists by their ids, each read once. A missing id yields an empty list: the stream's
/// digest then shows the damage.
final class InternedLists {
    private let database: Database
    private let byteOrder: ByteOrder
    private var permsets: [Int64: [UInt8]] = [:]
    /// The same for the usual ids, by the id: nearly every node asks for a list.
    private var usualPermsets: [[UInt8]?] = []
    private var details: [Int64: NodeDetail] = [:]
    private var quotasets: [Int64: [Quota]] = [:]
    private var residues: [Int64: Residue] = [:]
    /// One statement for each SQL text, as an image has thousands of lists.
    private var statements: [String: Statement] = [:]

    /// - Parameter byteOrder: the byte order of the stream to write.
    init(_ database: Database, _ byteOrder: ByteOrder) {
        self.database = database
        self.byteOrder = byteOrder
    }

    /// A list of permissions in the form of the stream, four bytes for each entry.
    func permissions(_ id: Int64) throws -> [UInt8] {
        if let place = Int(exactly: id), usualPermsets.indices.contains(place), let known = usualPermsets[place] {
            return known
        }
        let bytes = try permsets[id] ?? readPermissions(id)
        guard let place = Int(exactly: id), (0..<Self.mostUsual).contains(place) else {
            permsets[id] = bytes
            return bytes
        }
        while usualPermsets.count <= place { usualPermsets.append(nil) }
        usualPermsets[place] = bytes
        return bytes
    }

    /// An archive may claim any id; images have some hundreds of lists.
    private static let mostUsual = 1 << 16

    private func readPermissions(_ id: Int64) throws -> [UInt8] {
        let raw = try row("SELECT raw FROM permset WHERE permset_id = ?", id) { $0.octets(0) }
        return Permission.bytes(of: PermissionList.permissions(raw: raw ?? []), byteOrder)
    }

    /// What few nodes have; that of a plain node if there is no such row.
    func detail(_ id: Int64) throws -> NodeDetail {
        if let known = details[id] { return known }
        let sql = "SELECT conn_id, tx_id, access, unterminated, residue_id FROM node_detail WHERE detail_id = ?"
        let detail = try row(sql, id) { statement in
            NodeDetail(
                connID: statement.integer(0), txID: statement.integer(1), access: statement.integer(2),
                unterminated: statement.integer(3), residueID: statement.isNull(4) ? nil : statement.integer(4))
        }
        details[id] = detail ?? NodeDetail()
        return detail ?? NodeDetail()
    }

    func quotas(_ id: Int64) throws -> [Quota] {
        if let known = quotasets[id] { return known }
        let raw = try row("SELECT raw FROM quotaset WHERE quotaset_id = ?", id) { $0.octets(0) }
        let quotas = QuotaList.quotas(raw: raw ?? [])
        quotasets[id] = quotas
        return quotas
    }

    func residue(_ id: Int64) throws -> Residue? {
        if let known = residues[id] { return known }
        let residue = try row("SELECT len, alignment, tail FROM residue WHERE residue_id = ?", id) { statement in
            Residue(
                length: statement.isNull(0) ? nil : UInt32(truncatingIfNeeded: statement.integer(0)),
                alignment: statement.octets(1), tail: statement.isNull(2) ? nil : statement.octets(2))
        }
        residues[id] = residue
        return residue
    }

    private func row<Result>(_ sql: String, _ id: Int64, _ read: (Statement) -> Result) throws -> Result? {
        let statement = try statements[sql] ?? database.prepare(sql)
        statements[sql] = statement
        defer { statement.reset() }
        try statement.bind(1, id)
        return try statement.step() ? read(statement) : nil
    }
}
