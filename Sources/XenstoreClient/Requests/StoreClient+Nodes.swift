import XenstoreStream

extension StoreClient {
    /// The value of a node (READ).
    /// - Parameters:
    ///   - path: an absolute path, or one below the home of the connection's domain.
    ///   - transaction: the transaction; 0: none.
    /// - Returns: any bytes.
    /// - Throws: `StoreError`, as all requests do.
    public func read(_ path: Octets, in transaction: UInt32 = 0) throws(StoreError) -> Octets {
        try ask(StoreRequest(.read, [path]), in: transaction)
    }

    /// The names of a node's children (DIRECTORY, or DIRECTORY_PART if they do not fit a message).
    /// - Parameters:
    ///   - path: the node.
    ///   - transaction: the transaction; 0: none.
    /// - Returns: the names in the daemon's order.
    /// - Throws: `StoreError`; with `changing` if the list was never the same for all its parts.
    public func children(_ path: Octets, in transaction: UInt32 = 0) throws(StoreError) -> [Octets] {
        let list: Octets
        do throws(StoreError) {
            list = try ask(StoreRequest(.directory, [path]), in: transaction)
        } catch {
            guard error.name == .tooBig else { throw error }
            return try longChildren(path, in: transaction)
        }
        return try names(list, of: path, .directory)
    }

    /// The names in a list that each end in NUL.
    /// - Throws: `StoreError` if one is no name of a node, or is there twice.
    func names(_ list: Octets, of path: Octets, _ kind: StoreRequest.Kind) throws(StoreError) -> [Octets] {
        if list.isEmpty { return [] }
        guard list.last == ASCII.nul else {
            throw StoreError(.badReply("a list that does not end in NUL"), request: kind, subject: path)
        }
        let names = list.dropLast().split(separator: ASCII.nul, omittingEmptySubsequences: false)
        let isValid = names.allSatisfy { name in
            !name.isEmpty && name.allSatisfy { Path.isCharacter($0) && $0 != ASCII.slash }
        }
        guard isValid, Set(names).count == names.count else {
            throw StoreError(.badReply("a list with a name that no node can have"), request: kind, subject: path)
        }
        return names
    }

    /// The most times that a long list is read from its start, and the most bytes of one.
    private static let mostStarts = 16
    private static let longestList = 64 << 20

    /// A list of children in parts: `generation NUL names`, up to an additional NUL (xenstore.txt,
    /// "DIRECTORY_PART"). Another generation in a later part means that the list has changed.
    func longChildren(_ path: Octets, in transaction: UInt32) throws(StoreError) -> [Octets] {
        func broken(_ what: String) -> StoreError {
            StoreError(.badReply(what), request: .directoryPart, subject: path)
        }
        for _ in 0..<Self.mostStarts {
            var list: [UInt8] = []
            var generation: Octets?
            while true {
                let offset = Octets(String(list.count).utf8)
                let reply = try ask(StoreRequest(.directoryPart, [path, offset]), in: transaction)
                guard let end = reply.firstIndex(of: ASCII.nul) else { throw broken("a part without a generation") }
                let part = reply[(end + 1)...]
                if let generation, generation != reply[..<end] { break }
                generation = reply[..<end]
                if part.isEmpty { throw broken("an empty part") }
                list += part
                guard list.count <= Self.longestList else { throw broken("a list of more than 64 MiB") }
                let isWhole = list.last == ASCII.nul && (list.count == 1 || list[list.count - 2] == ASCII.nul)
                if isWhole { return try names(Octets(list.dropLast()), of: path, .directoryPart) }
            }
        }
        throw StoreError(.changing, request: .directoryPart, subject: path)
    }

    /// The permissions of a node (GET_PERMS); the first entry names the owner.
    /// - Parameters:
    ///   - path: the node, or a special one.
    ///   - transaction: the transaction; 0: none.
    /// - Returns: at least one entry. A daemon does not say which are stale.
    /// - Throws: `StoreError`.
    public func permissions(_ path: Octets, in transaction: UInt32 = 0) throws(StoreError) -> [Permission] {
        try permissions(in: ask(StoreRequest(.getPerms, [path]), in: transaction), of: path)
    }

    /// The entries of a reply to GET_PERMS: `n0 NUL r3 NUL`.
    func permissions(in reply: Octets, of path: Octets) throws(StoreError) -> [Permission] {
        guard reply.last == ASCII.nul, let perms = TextPermissions.read(reply.dropLast(), separator: ASCII.nul) else {
            throw StoreError(.badReply("permissions that are none"), request: .getPerms, subject: path)
        }
        return perms
    }

    /// Sets a node's value, and makes the node and its ancestors if there are none (WRITE).
    /// - Parameters:
    ///   - path: the node.
    ///   - value: any bytes; path and value must fit a message.
    ///   - transaction: the transaction; 0: none.
    /// - Throws: `StoreError`.
    public func write(_ path: Octets, _ value: Octets, in transaction: UInt32 = 0) throws(StoreError) {
        try ask(StoreRequest(.write, [path], rest: value), in: transaction)
    }

    /// Makes a node without a value if there is none (MKDIR).
    /// - Parameters:
    ///   - path: the node.
    ///   - transaction: the transaction; 0: none.
    /// - Throws: `StoreError`.
    public func makeDirectory(_ path: Octets, in transaction: UInt32 = 0) throws(StoreError) {
        try ask(StoreRequest(.mkdir, [path]), in: transaction)
    }

    /// Removes a node and everything below it (RM).
    /// - Parameters:
    ///   - path: the node.
    ///   - transaction: the transaction; 0: none.
    /// - Throws: `StoreError`.
    public func remove(_ path: Octets, in transaction: UInt32 = 0) throws(StoreError) {
        try ask(StoreRequest(.remove, [path]), in: transaction)
    }

    /// Sets a node's permissions (SET_PERMS).
    /// - Parameters:
    ///   - path: the node.
    ///   - perms: the entries; the first names the owner. Flags are not sent.
    ///   - transaction: the transaction; 0: none.
    /// - Throws: `StoreError`.
    public func setPermissions(
        _ path: Octets, _ perms: [Permission], in transaction: UInt32 = 0
    ) throws(StoreError) {
        let words = perms.map { Octets(TextPermissions.text([$0], separator: ASCII.nul)) }
        try ask(StoreRequest(.setPerms, [path] + words), in: transaction)
    }
}
