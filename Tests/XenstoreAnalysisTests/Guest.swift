import XenstoreStream

/// A guest as a host has it: everything that the daemon keeps for it, and that others keep about
/// it.
struct Guest {
    var domid: UInt16
    var uuid: String
    /// The domain that serves its devices.
    var backend: UInt16 = 0
    var uniqueID: UInt64?
    /// Values of nodes, by path, in addition to or in place of those below.
    var values: [String: String] = [:]
    /// Permissions of nodes, by path, in place of those below.
    var perms: [String: String] = [:]
    /// Paths of nodes that are left out.
    var without: Set<String> = []

    init(_ domid: UInt16, _ uuid: String = "44f758cd-0aeb-44f9-a712-489050fe3281") {
        self.domid = domid
        self.uuid = uuid
    }

    var home: String { "/local/domain/\(domid)" }
    var device: String { "/local/domain/\(backend)/backend/vif/\(domid)/0" }

    private var nodes: [(path: String, value: String, perms: String)] {
        let (own, host, front) = ("n\(domid)", "n0,r\(domid)", "n\(domid),r\(backend)")
        return [
            (home, "", host), (home + "/vm", "/vm/" + uuid, host), (home + "/name", "web01", host),
            (home + "/domid", "\(domid)", host), (home + "/data/os", "linux", own),
            (home + "/device/vif/0", "", front), (home + "/device/vif/0/backend", device, front),
            (home + "/device/vif/0/backend-id", "\(backend)", front),
            (home + "/console/backend", "/local/domain/0/backend/console/\(domid)/0", host),
            (device, "", "n\(backend),r\(domid)"), (device + "/frontend", home + "/device/vif/0", host),
            (device + "/frontend-id", "\(domid)", host), (device + "/state", "4", host),
            ("/local/domain/\(backend)/error/backend/vif/\(domid)/0/error", "2 x", host),
            ("/local/domain/0/device-model/\(domid)/state", "running", host),
            ("/libxl/\(domid)/device/vif/0/frontend", home + "/device/vif/0", "n0"),
            ("/libxl/\(domid)/device/vif/0/frontend-id", "\(domid)", "n0"),
            ("/xenops/domain/\(domid)/device/vbd", "", "n0"), ("/vm/\(uuid)/name", "web01", host),
            ("/vm/\(uuid)/domains/\(domid)", home, "n0"), ("/elsewhere/shared", "x", host),
        ]
    }

    private var connection: UInt32 { 1000 + UInt32(domid) }

    var records: [RecordBody] {
        let all = nodes.filter { !without.contains($0.path) }.map { node in
            (node.path, values[node.path] ?? node.value, perms[node.path] ?? node.perms)
        }
        let more = values.filter { value in !nodes.contains { $0.path == value.key } }.sorted { $0.key < $1.key }
        return [
            ring(connection, of: domid, uniqueID: uniqueID), domain(domid, features: 1, ["nodes": 900]),
            watch(connection, "device", "fe"),
            watch(connection, device + "/state", "be"), watch(3, home + "/device/vif/0/state", "t"),
            deepWatch(1, "backend/vif/\(domid)/0/state", "k", depth: 1),
            watch(3, "@releaseDomain/\(domid)", "gone"), transaction(connection, tx: 5),
            pendingNode(
                connection, tx: 5, home + "/data/pending", home + "/data", "n\(domid)"),
        ] + all.map { node($0.0, $0.1, $0.2) } + more.map { node($0.key, $0.value, "n0") }
    }

    /// A host with this guest: domain 0 has connection 1, a socket connection 3.
    static func host(_ guests: Guest..., and others: [RecordBody] = []) -> [RecordBody] {
        [
            ring(1, of: 0), socket(3, descriptor: 9), watch(3, "@releaseDomain", "all"), node("/"),
            node("/local/domain/0/name", "Domain-0"), node("/local/domain/0/domid", "0"),
        ] + guests.flatMap(\.records) + others
    }
}
