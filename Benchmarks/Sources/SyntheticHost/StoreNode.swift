import XenstoreStream

/// A node of a store in memory, with its children in the order of their creation, as the C daemon
/// keeps them.
final class StoreNode {
    let name: String
    var value: String
    let perms: [Permission]
    private(set) var children: [StoreNode] = []
    private var byName: [String: StoreNode] = [:]

    init(_ name: String, _ value: String = "", _ perms: [Permission]) {
        self.name = name
        self.value = value
        self.perms = perms
    }

    /// Adds the node at a path below this one, with the parents it needs.
    @discardableResult
    func make(_ path: String, _ value: String = "", _ perms: [Permission]) -> StoreNode {
        var node = self
        for part in path.split(separator: "/") {
            let name = String(part)
            if let child = node.byName[name] {
                node = child
            } else {
                let child = StoreNode(name, "", perms)
                node.children.append(child)
                node.byName[name] = child
                node = child
            }
        }
        node.value = value
        return node
    }

    func child(_ name: String) -> StoreNode? {
        byName[name]
    }

    func remove(_ name: String) {
        children.removeAll { $0.name == name }
        byName[name] = nil
    }

    func reverseChildren() {
        children.reverse()
    }

    /// Calls `body` with each node below and including this one, parents first, and its path.
    func walk(_ path: String, _ body: (String, StoreNode) throws -> Void) rethrows {
        try body(path.isEmpty ? "/" : path, self)
        for child in children { try child.walk(path + "/" + child.name, body) }
    }
}

extension Permission {
    static func n(_ domid: Int) -> Permission { Permission(perm: 0x6E, domid: UInt16(domid)) }
    static func r(_ domid: Int) -> Permission { Permission(perm: 0x72, domid: UInt16(domid)) }
}
