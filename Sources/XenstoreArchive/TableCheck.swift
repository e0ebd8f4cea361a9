import XenstoreStream

/// Compares tables that repeat data for queries with the tables from which images are encoded. A
/// change to what only queries read would not change any image's bytes.
struct TableCheck {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// The first difference; nil if there is none.
    /// - Throws: `ArchiveError` if a table cannot be read.
    func problem() throws -> String? {
        try permissionProblem() ?? quotaProblem() ?? typeProblem() ?? changeProblem()
    }

    // MARK: Lists

    private func permissionProblem() throws -> String? {
        let lists = try database.prepare("SELECT permset_id, raw, owner, perms FROM permset ORDER BY permset_id")
        let entries = try database.prepare(
            "SELECT position, perm, flags, domid FROM permset_entry WHERE permset_id = ? ORDER BY position")
        while try lists.step() {
            let id = lists.integer(0)
            let permissions = PermissionList.permissions(raw: lists.octets(1))
            try entries.bind(1, id)
            defer { entries.reset() }
            var isSame = lists.value(2) == (permissions.first.map { .integer(Int64($0.domid)) } ?? .null)
            isSame = isSame && lists.value(3) == .text(Octets(PermissionList.text(permissions).utf8))
            for (position, permission) in permissions.enumerated() {
                isSame =
                    try isSame && entries.step() && entries.integer(0) == Int64(position)
                    && entries.value(1) == .text(Octets(PermissionList.letter(permission.perm).utf8))
                    && entries.integer(2) == Int64(permission.flags) && entries.integer(3) == Int64(permission.domid)
                if !isSame { break }
            }
            if try !isSame || entries.step() {
                let use = "SELECT s.chain_id, s.first_gen FROM node_span s WHERE s.permset_id = ?"
                return
                    try "the permissions \(PermissionList.text(permissions)) differ from the rows of permset and "
                    + "permset_entry \(id)\(user(use, id))"
            }
        }
        return nil
    }

    private func quotaProblem() throws -> String? {
        let lists = try database.prepare("SELECT quotaset_id, raw FROM quotaset ORDER BY quotaset_id")
        let entries = try database.prepare(
            "SELECT position, name, value FROM quotaset_entry WHERE quotaset_id = ? ORDER BY position")
        while try lists.step() {
            let id = lists.integer(0)
            try entries.bind(1, id)
            defer { entries.reset() }
            var isSame = true
            for (position, quota) in QuotaList.quotas(raw: lists.octets(1)).enumerated() where isSame {
                isSame =
                    try entries.step() && entries.integer(0) == Int64(position) && entries.octets(1) == quota.name
                    && entries.integer(2) == Int64(quota.value)
            }
            if try !isSame || entries.step() {
                let use = """
                    SELECT chain_id, first_gen FROM (SELECT chain_id, first_gen, quotaset_id FROM global_quota_span
                    UNION ALL SELECT chain_id, first_gen, quotaset_id FROM domain_span) WHERE quotaset_id = ?
                    """
                return try "the list of quotas \(id) differs between quotaset_entry and quotaset\(user(use, id))"
            }
        }
        return nil
    }

    /// The first image that uses a row, as the end of a message.
    private func user(_ sql: String, _ id: Int64) throws -> String {
        let image = try database.integer(
            """
            SELECT min(i.image_id) FROM (\(sql)) u JOIN stream t ON t.chain_id = u.chain_id AND t.gen >= u.first_gen
            JOIN image i ON i.stream_id = t.stream_id
            """, id)
        return image.map { ", used by @\($0)" } ?? ""
    }

    // MARK: Types

    /// Columns with TEXT if the bytes are text, otherwise a BLOB; with the wrong type `value = '4'`
    /// would not find a value.
    private static let columns = [
        ("path", "path"), ("node_span", "value"), ("watch_span", "token"), ("watch_extended_span", "token"),
        ("quotaset_entry", "name"),
    ]

    private func typeProblem() throws -> String? {
        for (table, column) in Self.columns {
            // In SQL this takes a copy of each value, and counting its characters.
            let rows = try database.prepare("SELECT \(column) FROM \(table)")
            while try rows.step() {
                // Reading the bytes of a number makes it a text.
                let type = rows.storageClass(0)
                let bytes = rows.bytes(0)
                if type != (bytes.isText ? .text : .blob) {
                    return
                        "\(Escape.short(Octets(bytes))) is stored in \(table).\(column) as a \(type), "
                        + "so queries do not find it"
                }
            }
        }
        return nil
    }

    // MARK: Changes

    /// A diff of two images of a chain reads only the paths in `node_change`. So a span's path must
    /// be there between the last image that lacks the span and the first that has it, and between
    /// the last that has it and the next. `node_change` is ordered by generation and then path, so
    /// each generation in question is asked for the path, not read through. If no image was
    /// removed, that is the generation in which the span began or ended.
    static let unnamedChange = """
        WITH generation AS MATERIALIZED (SELECT DISTINCT chain_id, gen FROM node_change)
        SELECT p.path, s.gen FROM (SELECT chain_id, first_gen AS gen, path_id FROM node_span WHERE first_gen > 1
          UNION ALL SELECT chain_id, last_gen + 1, path_id FROM node_span WHERE last_gen > 0) s
        JOIN path p ON p.path_id = s.path_id
        WHERE EXISTS (SELECT 1 FROM stream t WHERE t.chain_id = s.chain_id AND t.gen < s.gen)
          AND NOT EXISTS (SELECT 1 FROM node_change c
            WHERE c.chain_id = s.chain_id AND c.gen = s.gen AND c.path_id = s.path_id)
          AND NOT EXISTS (
            SELECT 1 FROM generation g
            CROSS JOIN node_change c ON c.chain_id = g.chain_id AND c.gen = g.gen AND c.path_id = s.path_id
            WHERE g.chain_id = s.chain_id
              AND g.gen > (SELECT max(t.gen) FROM stream t WHERE t.chain_id = s.chain_id AND t.gen < s.gen)
              AND g.gen <= ifnull((SELECT min(t.gen) FROM stream t
                                   WHERE t.chain_id = s.chain_id AND t.gen >= s.gen), s.gen))
        LIMIT 1
        """

    private func changeProblem() throws -> String? {
        let row = try database.prepare(Self.unnamedChange)
        guard try row.step() else { return nil }
        return
            "node_change does not name \(Escape.short(row.octets(0))), "
            + "which changed in generation \(row.integer(1)) of its chain"
    }
}
