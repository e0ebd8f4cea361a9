import XenstoreStream

/// The tables `account_span`, `directory_span`, `extent_span` and `placement_span`.
struct AccountSpans {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// The tables. As those of records, they have the columns chain_id, first_gen and last_gen.
    static let tables = ["account_span", "directory_span", "extent_span", "placement_span"]

    /// Stores what the nodes of a chain's newest generation add up to.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    func store(_ accounts: NodeAccounts, _ generation: Generation) throws {
        try storeSums(accounts, generation)
        try storePlacements(accounts, generation)
        try storeExtents(accounts, generation)
    }

    /// Stores the extents of the nodes of a chain's newest generation.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    func storeExtents(_ accounts: NodeAccounts, _ generation: Generation) throws {
        let (chainID, gen, extents) = (generation.chainID, generation.gen, accounts.extents)
        guard try self.extents(chainID, "last_gen = \(Generation.open)") != extents else { return }
        try database.execute(
            "UPDATE extent_span SET last_gen = \(gen - 1) WHERE chain_id = \(chainID) "
                + "AND last_gen = \(Generation.open)")
        try database.execute(
            "INSERT INTO extent_span (chain_id, first_gen, last_gen, depth, numbered, guest_path, guest_value, "
                + "guest_perms) VALUES (\(chainID), \(gen), \(Generation.open), \(extents.depth), "
                + "\(extents.numbered), \(extents.guestPath), \(extents.guestValue), \(extents.guestPerms))")
    }

    /// Stores which lists of permissions the homes of a chain's newest generation have.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    func storePlacements(_ accounts: NodeAccounts, _ generation: Generation) throws {
        let (chainID, gen) = (generation.chainID, generation.gen)
        let before = try placements(chainID, "last_gen = \(Generation.open)")
        let permset = "(SELECT permset_id FROM permset WHERE raw = ?)"
        let end = try database.prepare(
            "UPDATE placement_span SET last_gen = \(gen - 1) WHERE chain_id = \(chainID) AND home = ? "
                + "AND permset_id = \(permset) AND last_gen = \(Generation.open)")
        let add = try database.prepare(
            "INSERT INTO placement_span (chain_id, first_gen, last_gen, home, permset_id) "
                + "VALUES (\(chainID), \(gen), \(Generation.open), ?, \(permset))")
        for (statement, placements) in [
            (end, before.subtracting(accounts.placements)), (add, accounts.placements.subtracting(before)),
        ] {
            for placement in placements {
                try statement.bind(1, placement.home)
                try statement.bindBlob(2, Octets(placement.perms))
                try statement.run()
            }
        }
    }

    private func storeSums(_ accounts: NodeAccounts, _ generation: Generation) throws {
        let (chainID, gen) = (generation.chainID, generation.gen)
        let before = try read(chainID, "last_gen = \(Generation.open)")
        let endOwner = try end("account_span", "domid", chainID, gen)
        let addOwner = try database.prepare(
            "INSERT INTO account_span (chain_id, first_gen, last_gen, domid, nodes, bytes, child_bytes, special_nodes, "
                + "special_bytes) VALUES (\(chainID), \(gen), \(Generation.open), ?, ?, ?, ?, ?, ?)")
        for domid in before.owners.keys where before.owners[domid] != accounts.owners[domid] {
            try endOwner.bind(1, Int64(domid))
            try endOwner.run()
        }
        for (domid, owner) in accounts.owners where before.owners[domid] != owner {
            let values = [
                Int64(domid), owner.nodes, owner.bytes, owner.childBytes, owner.specialNodes, owner.specialBytes,
            ]
            for (index, value) in values.enumerated() { try addOwner.bind(index + 1, value) }
            try addOwner.run()
        }
        let endDirectory = try end("directory_span", "path", chainID, gen)
        let addDirectory = try database.prepare(
            "INSERT INTO directory_span (chain_id, first_gen, last_gen, path, children, list_bytes) "
                + "VALUES (\(chainID), \(gen), \(Generation.open), ?, ?, ?)")
        for path in before.directories.keys where before.directories[path] != accounts.directories[path] {
            try endDirectory.bindTextOrBlob(1, path)
            try endDirectory.run()
        }
        for (path, directory) in accounts.directories where before.directories[path] != directory {
            try addDirectory.bindTextOrBlob(1, path)
            try addDirectory.bind(2, directory.children)
            try addDirectory.bind(3, directory.listBytes)
            try addDirectory.run()
        }
    }

    private func end(_ table: String, _ key: String, _ chainID: Int64, _ gen: Int64) throws -> Statement {
        try database.prepare(
            "UPDATE \(table) SET last_gen = \(gen - 1) WHERE chain_id = \(chainID) AND \(key) = ? "
                + "AND last_gen = \(Generation.open)")
    }

    /// What differs between the tables and what the nodes of a generation add up to; nil if nothing
    /// does.
    /// - Throws: `ArchiveError` if a table cannot be read.
    func problem(_ accounts: NodeAccounts, _ generation: Generation) throws -> String? {
        let gen = generation.gen
        let isOfGeneration = "first_gen <= \(gen) AND (last_gen = \(Generation.open) OR last_gen >= \(gen))"
        let stored = try read(generation.chainID, isOfGeneration)
        let domids = Set(stored.owners.keys).union(accounts.owners.keys)
        if let domid = domids.filter({ stored.owners[$0] != accounts.owners[$0] }).min() {
            return "account_span differs from the nodes of domain \(domid)"
        }
        let paths = Set(stored.directories.keys).union(accounts.directories.keys)
        if let path = paths.first(where: { stored.directories[$0] != accounts.directories[$0] }) {
            return "directory_span differs from the nodes below \(Escape.short(path))"
        }
        if try extents(generation.chainID, isOfGeneration) != accounts.extents {
            return "extent_span differs from the nodes"
        }
        let placements = try placements(generation.chainID, isOfGeneration)
        if let placement = placements.symmetricDifference(accounts.placements).min(by: { $0.home < $1.home }) {
            return "placement_span differs from the nodes "
                + (placement.home < 0 ? "outside of all homes" : "in the home of domain \(placement.home)")
        }
        return nil
    }

    private typealias Stored = (owners: [UInt16: NodeAccounts.Owner], directories: [Octets: NodeAccounts.Directory])

    private func read(_ chainID: Int64, _ condition: String) throws -> Stored {
        var stored: Stored = ([:], [:])
        let owners = try database.prepare(
            "SELECT domid, nodes, bytes, child_bytes, special_nodes, special_bytes FROM account_span "
                + "WHERE chain_id = \(chainID) AND \(condition)")
        while try owners.step() {
            guard let domid = UInt16(exactly: owners.integer(0)), stored.owners[domid] == nil else {
                throw disagreement("account_span", "domain \(owners.integer(0))", chainID)
            }
            stored.owners[domid] = NodeAccounts.Owner(
                nodes: owners.integer(1), bytes: owners.integer(2), childBytes: owners.integer(3),
                specialNodes: owners.integer(4), specialBytes: owners.integer(5))
        }
        let directories = try database.prepare(
            "SELECT path, children, list_bytes FROM directory_span WHERE chain_id = \(chainID) AND \(condition)")
        while try directories.step() {
            let path = directories.octets(0)
            guard stored.directories[path] == nil else {
                throw disagreement("directory_span", Escape.short(path), chainID)
            }
            stored.directories[path] = NodeAccounts.Directory(
                children: directories.integer(1), listBytes: directories.integer(2))
        }
        return stored
    }

    private func placements(_ chainID: Int64, _ condition: String) throws -> Set<NodeAccounts.Placement> {
        var stored: Set<NodeAccounts.Placement> = []
        let rows = try database.prepare(
            "SELECT s.home, m.raw FROM placement_span s JOIN permset m ON m.permset_id = s.permset_id "
                + "WHERE s.chain_id = \(chainID) AND \(condition)")
        while try rows.step() {
            let placement = NodeAccounts.Placement(home: rows.integer(0), perms: Array(rows.octets(1)))
            guard stored.insert(placement).inserted else {
                throw disagreement("placement_span", "home \(placement.home)", chainID)
            }
        }
        return stored
    }

    private func extents(_ chainID: Int64, _ condition: String) throws -> NodeExtents? {
        let rows = try database.prepare(
            "SELECT depth, numbered, guest_path, guest_value, guest_perms FROM extent_span "
                + "WHERE chain_id = \(chainID) AND \(condition)")
        var stored: NodeExtents?
        while try rows.step() {
            guard stored == nil else { throw disagreement("extent_span", "one generation twice", chainID) }
            stored = NodeExtents(
                depth: rows.integer(0), numbered: rows.integer(1), guestPath: rows.integer(2),
                guestValue: rows.integer(3), guestPerms: rows.integer(4))
        }
        return stored
    }

    private func disagreement(_ table: String, _ subject: String, _ chainID: Int64) -> ArchiveError {
        ArchiveError(
            .damaged,
            "\(database.path): \(table) has rows for \(subject) in chain \(chainID) that this program did not write; "
                + "the archive is damaged: restore a backup")
    }
}
