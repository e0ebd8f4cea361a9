import XenstoreStream

/// Gives ids to what is stored once and referred to: paths, lists of permissions and quotas, residues.
final class Interner {
    private let database: Database
    private let insertPath, findPath: Statement
    private let insertPermset, findPermset, insertPermsetEntry: Statement
    private let insertQuotaset, findQuotaset, insertQuotasetEntry: Statement
    private let insertResidue, findResidue: Statement
    private var permsets: [[Permission]: Int64] = [:]
    private var quotasets: [[Quota]: Int64] = [:]
    private var residues: [Residue: Int64] = [:]
    private var nextPathID: Int64

    init(_ database: Database) throws {
        self.database = database
        insertPath = try database.prepare("INSERT OR IGNORE INTO path (path_id, path) VALUES (?, ?)")
        findPath = try database.prepare("SELECT path_id FROM path WHERE path = ?")
        insertPermset = try database.prepare("INSERT INTO permset (raw, owner, perms) VALUES (?, ?, ?)")
        findPermset = try database.prepare("SELECT permset_id FROM permset WHERE raw = ?")
        insertPermsetEntry = try database.prepare(
            "INSERT INTO permset_entry (permset_id, position, perm, flags, domid) VALUES (?, ?, ?, ?, ?)")
        insertQuotaset = try database.prepare("INSERT INTO quotaset (raw) VALUES (?)")
        findQuotaset = try database.prepare("SELECT quotaset_id FROM quotaset WHERE raw = ?")
        insertQuotasetEntry = try database.prepare(
            "INSERT INTO quotaset_entry (quotaset_id, position, name, value) VALUES (?, ?, ?, ?)")
        insertResidue = try database.prepare("INSERT INTO residue (len, alignment, tail) VALUES (?, ?, ?)")
        findResidue = try database.prepare("SELECT residue_id FROM residue WHERE len IS ? AND alignment IS ? AND tail IS ?")
        nextPathID = (try database.integer("SELECT max(path_id) FROM path") ?? 0) + 1
    }

    func id(ofPath path: Octets) throws -> Int64 {
        // Most paths of a first image are new, so the insert is tried first; it does nothing where the path is there.
        try insertPath.bind(1, nextPathID)
        try insertPath.bindTextOrBlob(2, path)
        try insertPath.run()
        if database.changeCount == 1 {
            defer { nextPathID += 1 }
            return nextPathID
        }
        try findPath.bindTextOrBlob(1, path)
        return try found(findPath) ?? 0
    }

    func id(ofPermissions permissions: [Permission]) throws -> Int64 {
        if let id = permsets[permissions] { return id }
        let raw = Octets(PermissionList.raw(permissions))
        try findPermset.bindBlob(1, raw)
        var id = try found(findPermset)
        if id == nil {
            try insertPermset.bindBlob(1, raw)
            if let owner = permissions.first {
                try insertPermset.bind(2, Int64(owner.domid))
            } else {
                try insertPermset.bindNull(2)
            }
            try insertPermset.bind(3, PermissionList.text(permissions))
            try insertPermset.run()
            let newID = database.lastInsertID
            for (position, permission) in permissions.enumerated() {
                try insertPermsetEntry.bind(1, newID)
                try insertPermsetEntry.bind(2, Int64(position))
                try insertPermsetEntry.bind(3, PermissionList.letter(permission.perm))
                try insertPermsetEntry.bind(4, Int64(permission.flags))
                try insertPermsetEntry.bind(5, Int64(permission.domid))
                try insertPermsetEntry.run()
            }
            id = newID
        }
        permsets[permissions] = id
        return id ?? 0
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

    private func found(_ statement: Statement) throws -> Int64? {
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }
}

/// The forms of a list of permissions in the archive.
public enum PermissionList {
    /// 4 octets each: perm, flags, domid in little-endian.
    static func raw(_ permissions: [Permission]) -> [UInt8] {
        var bytes: [UInt8] = []
        for permission in permissions {
            bytes.append(permission.perm)
            bytes.append(permission.flags)
            bytes.append(UInt8(truncatingIfNeeded: permission.domid))
            bytes.append(UInt8(truncatingIfNeeded: permission.domid >> 8))
        }
        return bytes
    }

    /// The list from its octets; a length that is no multiple of 4 loses the rest, which the stream's digest then shows.
    static func permissions(raw: Octets) -> [Permission] {
        let bytes = Array(raw)
        var permissions: [Permission] = []
        for start in stride(from: 0, to: bytes.count - bytes.count % 4, by: 4) {
            let domid = UInt16(bytes[start + 2]) | UInt16(bytes[start + 3]) << 8
            permissions.append(Permission(perm: bytes[start], flags: bytes[start + 1], domid: domid))
        }
        return permissions
    }

    /// The list as people write it: `n0,r5`; a stale entry as `r5:stale`, other flags as `r5:0x82`.
    public static func text(_ permissions: [Permission]) -> String {
        permissions.map(text).joined(separator: ",")
    }

    private static func text(_ permission: Permission) -> String {
        var text = letter(permission.perm)
        if text.count > 1 { text += ":" }
        text += String(permission.domid)
        switch permission.flags {
        case 0: break
        case 1: text += ":stale"
        default: text += ":0x" + String(permission.flags, radix: 16)
        }
        return text
    }

    /// `r`, `w`, `b` or `n`; `0x..` for any other byte.
    static func letter(_ perm: UInt8) -> String {
        switch perm {
        case 0x72: "r"
        case 0x77: "w"
        case 0x62: "b"
        case 0x6E: "n"
        default: "0x" + String(perm, radix: 16)
        }
    }
}

/// The form of a list of quotas in the archive.
enum QuotaList {
    static func raw(_ quotas: [Quota]) -> [UInt8] {
        var bytes: [UInt8] = []
        for quota in quotas {
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: quota.value >> shift)) }
            bytes.append(contentsOf: quota.name)
            bytes.append(0)
        }
        return bytes
    }

    /// The list from its octets; what does not parse is lost, which the stream's digest then shows.
    static func quotas(raw: Octets) -> [Quota] {
        var quotas: [Quota] = []
        var rest = raw
        while rest.count >= 5, let end = rest.dropFirst(4).firstIndex(of: 0) {
            let value = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            quotas.append(Quota(name: rest[(rest.startIndex + 4)..<end], value: value))
            rest = rest[(end + 1)...]
        }
        return quotas
    }
}
