import TestSupport
import XenstoreStream

/// The nodes of a host's stream, for comparing listings of the same host with them.
struct HostNodes {
    private(set) var nodes: [Octets: NodeData] = [:]

    init(_ name: String = "xen-4.17-small.bin") throws {
        let image = Fixtures.bytes(name)
        var reader = try StreamReader(bytes: image, format: LayoutDetection(bytes: image).format)
        while let record = try reader.next() {
            if case .node(let node) = record.body { nodes[node.path.octets] = node }
        }
    }

    /// Whether a node of a listing says nothing else than the stream.
    func agrees(_ node: NodeData, _ layout: Layout) -> Bool {
        if ValueKnowledge.hasCutPath(node, layout) {
            return nodes.keys.contains { $0.starts(with: node.path.octets.prefix(40)) }
        }
        // A listing of which nothing says where it hangs.
        let path = Path.isFixed(node.path.octets) ? node.path.octets : [0x2F] + node.path.octets
        guard let expected = nodes[path] else { return false }
        // A listing does not show which permissions are stale.
        let perms = expected.perms.map { Permission(perm: $0.perm, domid: $0.domid) }
        guard node.perms.isEmpty || node.perms == perms else { return false }
        return switch ValueKnowledge(node, layout) {
        case .whole: node.value == expected.value
        case .cut: expected.value.starts(with: node.value)
        case .unknown: node.value.isEmpty
        }
    }
}
