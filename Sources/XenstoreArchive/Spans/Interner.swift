import XenstoreStream

/// Gives ids to what is stored once and referenced: lists of permissions and quotas, residues,
/// details of nodes.
final class Interner {
    private let database: Database
    private let insertPermset, findPermset, insertPermsetEntry: Statement
    private let insertQuotaset, findQuotaset, insertQuotasetEntry: Statement
    private let insertResidue, findResidue: Statement
    private let insertDetail, findDetail: Statement
    private let byteOrder: ByteOrder
    private let permsets = PermissionCache<Int64>()
    private var quotasets: [[Quota]: Int64] = [:]
    private var residues: [Residue: Int64] = [:]
    private var details: [NodeDetail: Int64] = [:]

    /// - Parameter byteOrder: the byte order of the stream whose permission lists get ids.
    init(_ database: Database, _ byteOrder: ByteOrder) throws {
        self.database = database
        self.byteOrder = byteOrder
        insertPermset = try database.prepare("INSERT INTO permset (raw, owner, perms) VALUES (?, ?, ?)")
        findPermset = try database.prepare("SELECT permset_id FROM permset WHERE raw = ?")
        insertPermsetEntry = try database.prepare(
            "INSERT INTO permset_entry (permset_id, position, perm, flags, domid) VALUES (?, ?, ?, ?, ?)")
        insertQuotaset = try database.prepare("INSERT INTO quotaset (raw) VALUES (?)")
        findQuotaset = try database.prepare("SELECT quotaset_id FROM quotaset WHERE raw = ?")
        insertQuotasetEntry = try database.prepare(
            "INSERT INTO quotaset_entry (quotaset_id, position, name, value) VALUES (?, ?, ?, ?)")
        insertResidue = try database.prepare("INSERT INTO residue (len, alignment, tail) VALUES (?, ?, ?)")
        findResidue = try database.prepare(
            "SELECT residue_id FROM residue WHERE len IS ? AND alignment IS ? AND tail IS ?")
        insertDetail = try database.prepare(
            "INSERT INTO node_detail (conn_id, tx_id, access, unterminated, residue_id) VALUES (?, ?, ?, ?, ?)")
        findDetail = try database.prepare(
            """
            SELECT detail_id FROM node_detail
            WHERE conn_id IS ? AND tx_id IS ? AND access IS ? AND unterminated IS ? AND residue_id IS ?
            """)
    }

    func id(ofPermissions permissions: [Permission]) throws -> Int64 {
        try Permission.bytes(of: permissions, byteOrder).withUnsafeBytes { try id(ofPermissions: $0) }
    }

    /// - Parameter bytes: the list in the form of the stream, four bytes for each entry.
    func id(ofPermissions bytes: UnsafeRawBufferPointer) throws -> Int64 {
        try permsets.value(of: bytes) { try idInTable(ofPermissions: Permission.list(bytes, byteOrder)) }
    }

    private func idInTable(ofPermissions permissions: [Permission]) throws -> Int64 {
        let raw = Octets(PermissionList.raw(permissions))
        try findPermset.bindBlob(1, raw)
        if let id = try found(findPermset) { return id }
        try insertPermset.bindBlob(1, raw)
        if let owner = permissions.first {
            try insertPermset.bind(2, Int64(owner.domid))
        } else {
            try insertPermset.bindNull(2)
        }
        try insertPermset.bind(3, PermissionList.text(permissions))
        try insertPermset.run()
        let id = database.lastInsertID
        for (position, permission) in permissions.enumerated() {
            try insertPermsetEntry.bind(1, id)
            try insertPermsetEntry.bind(2, Int64(position))
            try insertPermsetEntry.bind(3, PermissionList.letter(permission.perm))
            try insertPermsetEntry.bind(4, Int64(permission.flags))
            try insertPermsetEntry.bind(5, Int64(permission.domid))
            try insertPermsetEntry.run()
        }
        return id
    }

    func id(ofQuotas quotas: [Quota]) throws -> Int64 {
        if let id = quotasets[quotas] { return id }
        let raw = Octets(QuotaList.raw(quotas))
        try findQuotaset.bindBlob(1, raw)
        var id = try found(findQuotaset)
        if id == nil {
            try insertQuotaset.bindBlob(1, raw)
            try insertQuotaset.run()
            let newID = database.lastInsertID
            for (position, quota) in quotas.enumerated() {
                try insertQuotasetEntry.bind(1, newID)
                try insertQuotasetEntry.bind(2, Int64(position))
                try insertQuotasetEntry.bindTextOrBlob(3, quota.name)
                try insertQuotasetEntry.bind(4, Int64(quota.value))
                try insertQuotasetEntry.run()
            }
            id = newID
        }
        quotasets[quotas] = id
        return id ?? 0
    }

    func id(ofResidue residue: Residue) throws -> Int64 {
        if let id = residues[residue] { return id }
        for statement in [findResidue, insertResidue] {
            if let length = residue.length {
                try statement.bind(1, Int64(length))
            } else {
                try statement.bindNull(1)
            }
            try statement.bindBlob(2, residue.alignment)
            if let tail = residue.tail {
                try statement.bindBlob(3, tail)
            } else {
                try statement.bindNull(3)
            }
        }
        var id = try found(findResidue)
        if id == nil {
            try insertResidue.run()
            id = database.lastInsertID
        }
        residues[residue] = id
        return id ?? 0
    }

    func id(ofDetail detail: NodeDetail) throws -> Int64 {
        if let id = details[detail] { return id }
        for statement in [findDetail, insertDetail] {
            try statement.bind(1, detail.connID)
            try statement.bind(2, detail.txID)
            try statement.bind(3, detail.access)
            if detail.unterminated != 0 {
                try statement.bind(4, detail.unterminated)
            } else {
                try statement.bindNull(4)
            }
            if let residueID = detail.residueID { try statement.bind(5, residueID) } else { try statement.bindNull(5) }
        }
        var id = try found(findDetail)
        if id == nil {
            try insertDetail.run()
            id = database.lastInsertID
        }
        details[detail] = id
        return id ?? 0
    }

    private func found(_ statement: Statement) throws -> Int64? {
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }
}
