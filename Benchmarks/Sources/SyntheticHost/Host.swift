import TestSupport
import XenstoreStream

/// A host with guests. Its state changes and can be written as an image; it is the same for the
/// same seed.
public struct Host {
    private var random: SeededGenerator
    private let root = StoreNode("", "", [.n(0)])
    private var guests: [Guest] = []
    private var nextDomid = 1
    private let extraNodes: Int

    /// - Parameters:
    ///   - guests: about 170 nodes and 14 kB of an image each.
    ///   - extraNodes: how many more nodes each guest has.
    public init(guests count: Int, extraNodes: Int = 0, seed: UInt64) {
        self.extraNodes = extraNodes
        random = SeededGenerator(seed: seed)
        let dom0: [(String, String)] = [
            ("tool/xenstored", ""), ("local/domain/0/name", "Domain-0"), ("local/domain/0/domid", "0"),
            ("local/domain/0/backend/vbd", ""),
            ("local/domain/0/backend/vif", ""), ("local/domain/0/backend/vkbd", ""),
            ("local/domain/0/device-model", ""), ("vm", ""),
            ("libxl", ""),
        ]
        for (path, value) in dom0 { root.make(path, value, [.n(0)]) }
        for _ in 0..<count { start() }
    }

    private mutating func start() {
        guests.append(Guest(domid: nextDomid, extraNodes: extraNodes, in: root, &random))
        nextDomid += 1
    }

    // MARK: Change

    /// The number of nodes in the store.
    public var nodeCount: Int {
        var count = 0
        root.walk("") { _, _ in count += 1 }
        return count
    }

    /// Changes `count` values of running guests: agents' reports, memory targets, device states.
    public mutating func changeValues(_ count: Int) {
        for _ in 0..<count {
            let guest = guests[random.below(guests.count)]
            guest.volatile[random.below(guest.volatile.count)].value = "\(random.below(1 << 24))"
        }
    }

    /// Ends a guest and starts another one, with a new domid.
    public mutating func replaceGuest() {
        guests.remove(at: random.below(guests.count)).remove(from: root)
        start()
    }

    /// Reverses the order of all nodes' children: the same records in another order.
    public func reverseOrder() {
        root.walk("") { $1.reverseChildren() }
    }

    // MARK: Writing

    /// The host's state as the C daemon of Xen 4.17 writes it.
    public func image() throws -> [UInt8] {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(GlobalData(rwSocketFD: 9, secondFD: 8)))
        var connID: UInt32 = 0
        for domid in [0] + guests.map(\.domid) {
            connID += 1
            try writer.write(
                .connection(
                    ConnectionData(
                        connID: connID, ringOf: UInt16(truncatingIfNeeded: domid), evtchn: UInt32(domid + 20))))
            for path in domid == 0
                ? ["/local/domain/0/backend"] : ["device", "control/shutdown", "/local/domain/\(domid)/memory/target"]
            {
                let watch = WatchData(
                    connID: connID, wpath: TerminatedString(path), token: TerminatedString("ffffffff82a5d5c0"))
                try writer.write(.watch(watch))
            }
        }
        for name in ["@releaseDomain", "@introduceDomain"] {
            try writer.write(.node(NodeData(path: TerminatedString(name), value: [], perms: [.n(0)])))
        }
        try root.walk("") { path, node in
            try writer.write(
                .node(NodeData(path: TerminatedString(path), value: Octets(node.value.utf8), perms: node.perms)))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }
}
