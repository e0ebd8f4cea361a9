import XenstoreStream

/// The interned lists by their ids, each read once. A missing id yields an empty list: the stream's
/// digest then shows the damage.
final class InternedLists {
    private let database: Database
    private let byteOrder: ByteOrder
    private var permsets: [Int64: [UInt8]] = [:]
    /// The last list that was asked for: neighbouring nodes often have the same one.
    private var lastPermset: (id: Int64, bytes: [UInt8]) = (-1, [])
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
        if id == lastPermset.id { return lastPermset.bytes }
        let bytes = try permsets[id] ?? readPermissions(id)
        permsets[id] = bytes
        lastPermset = (id, bytes)
        return bytes
    }

    private func readPermissions(_ id: Int64) throws -> [UInt8] {
        let raw = try row("SELECT raw FROM permset WHERE permset_id = ?", id) { $0.octets(0) }
        return Permission.bytes(of: PermissionList.permissions(raw: raw ?? []), byteOrder)
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
