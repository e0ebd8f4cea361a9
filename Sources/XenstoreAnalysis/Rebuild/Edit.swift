import XenstoreArchive
import XenstoreStream

/// A change to an image.
public enum Edit: Hashable, Sendable {
    /// Leaves out everything of one kind.
    case drop(Drop)
    /// Removes the node and everything below it, including pending nodes.
    case remove(Octets)
    /// Sets a node's value. If the node does not exist, it is created with its missing parents, and
    /// gets the permissions of its nearest existing ancestor.
    case set(Octets, value: Octets)
    /// Sets a node's permissions, the owner's entry first.
    case setPerms(Octets, [Permission])

    /// What can be left out completely.
    public enum Drop: String, CaseIterable, Sendable {
        /// Socket connections, with their watches, transactions and pending nodes.
        case sockets
        /// All connections, with their watches, transactions and pending nodes.
        case connections
        /// Open transactions and their pending nodes.
        case transactions
        /// Pending nodes.
        case pending
        /// Requests, replies and events in the connections' buffers.
        case buffers
    }
}

extension EditableImage {
    /// Applies the edits in order, and adds new nodes to `alterations`.
    /// - Throws: `ArchiveError` if a node to be changed does not exist or cannot be created.
    public mutating func apply(_ edits: [Edit], _ alterations: inout Alterations) throws {
        var nodes: [Edit] = []
        for edit in edits {
            switch edit {
            case .drop(let what): drop(what)
            case .remove(let path):
                try applyToNodes(&nodes, &alterations)
                try remove(path)
            case .set, .setPerms: nodes.append(edit)
            }
        }
        try applyToNodes(&nodes, &alterations)
    }

    private mutating func applyToNodes(_ edits: inout [Edit], _ alterations: inout Alterations) throws {
        guard !edits.isEmpty else { return }
        var editor = NodeEditor(self, edits)
        try editor.run()
        self = editor.image
        for path in editor.made { alterations.add(.newNode, Escape.printable(path)) }
        edits = []
    }

    private mutating func remove(_ path: Octets) throws {
        guard path.count > 1 else {
            throw ArchiveError(.usage, "/: the root node cannot be removed; remove the nodes below it")
        }
        let before = records.count
        records.removeAll { if case .node(let data) = $0 { Path.isAtOrBelow(data.path.octets, path) } else { false } }
        guard records.count < before else { throw noSuchNode(path) }
    }

    private mutating func drop(_ what: Edit.Drop) {
        switch what {
        case .sockets: dropConnections { $0.kind == .socket }
        case .connections: dropConnections { _ in true }
        case .transactions:
            records.removeAll { record in
                switch record {
                case .transaction: true
                case .node(let data): !data.isCommitted
                default: false
                }
            }
        case .pending: records.removeAll { if case .node(let data) = $0 { !data.isCommitted } else { false } }
        case .buffers:
            for (place, record) in records.enumerated() {
                guard case .connection(var data) = record else { continue }
                data.dropBuffers()
                records[place] = .connection(data)
            }
        }
    }

    private mutating func dropConnections(_ isGone: (ConnectionData) -> Bool) {
        var gone: Set<UInt32> = []
        for case .connection(let data) in records where isGone(data) { gone.insert(data.connID) }
        records.removeAll { record in
            // A committed node has conn-id 0, and belongs to no connection.
            if case .node(let data) = record, data.isCommitted { return false }
            return record.connID.map(gone.contains) ?? false
        }
    }
}
