import XenstoreStream

extension LiveUpdateVerdict {
    /// DOMID_ANY, which is no domain.
    private static let anyDomain: UInt16 = 0x7FF5
    /// The most domains that are named one by one.
    private static let most = 20

    /// Looks for nodes of which the daemon would die, and entries that it would make stale.
    /// - Parameters:
    ///   - store: the nodes.
    ///   - special: the permissions of special nodes, as far as the daemon says them.
    ///   - isIntroduced: whether a domain is introduced.
    mutating func check(
        _ store: CapturedStore, special: [(path: Octets, perms: [Permission])],
        isIntroduced: (UInt16) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var owners: [UInt16: (path: Octets, count: Int)] = [:]
        var entries: [UInt16: (path: Octets, count: Int)] = [:]
        func add(_ path: Octets, _ perms: [Permission]) {
            for (index, entry) in perms.enumerated() where entry.domid != 0 {
                if index == 0 {
                    owners[entry.domid, default: (path, 0)].count += 1
                } else if entry.domid != Self.anyDomain {
                    entries[entry.domid, default: (path, 0)].count += 1
                }
            }
        }
        for node in store.nodes { add(node.path.octets, node.perms) }
        for node in special { add(node.path, node.perms) }
        var isKnown: [UInt16: Bool] = [:]
        for domid in Set(owners.keys).union(entries.keys) { isKnown[domid] = try isIntroduced(domid) }
        func list(
            _ found: [UInt16: (path: Octets, count: Int)], _ kind: Reason.Kind, _ text: (UInt16, String) -> String
        ) {
            for domid in found.keys.filter({ isKnown[$0] == false }).sorted().prefix(Self.most) {
                guard let (path, count) = found[domid] else { continue }
                let more = count > 1 ? " and \(count - 1) more" : ""
                refuse(kind, text(domid, Escape.short(path) + more))
            }
        }
        list(owners, .owner) {
            "domain \($0) is not introduced and owns \($1): the daemon would die"
        }
        list(entries, .entry) {
            "domain \($0) is not introduced and has an entry in the permissions of \($1): it would be ignored for good"
        }
        let homes = Set(store.nodes.compactMap { Self.home($0.path.octets) }).subtracting([0])
        for domid in homes.sorted() where owners[domid] == nil {
            if isKnown[domid] == nil { isKnown[domid] = try isIntroduced(domid) }
            if isKnown[domid] == false {
                refuse(.build, "domain \(domid) has a home and is not introduced: it may be under construction")
            }
        }
    }

    /// The domid of a home, or of libxl's directory for a domain.
    private static func home(_ path: Octets) -> UInt16? {
        for parent in ["/local/domain", "/libxl"] where Path.isChild(path, of: Octets(parent.utf8)) {
            return UInt16(String(decoding: Path.name(of: path), as: UTF8.self))
        }
        return nil
    }

    /// Looks for tools that build or receive a domain.
    mutating func checkTools() {
        for id in DaemonProcess.processes() {
            let words = DaemonProcess.command(id)
            guard let program = words.first?.split(separator: "/").last else { continue }
            let isBuilding =
                program == "libxl-save-helper"
                || program == "xl" && words.dropFirst().contains { Self.building.contains($0) }
            if isBuilding {
                refuse(.build, "process \(id) (\(words.prefix(2).joined(separator: " "))) builds or moves a domain")
            }
        }
    }

    private static let building: Set = ["create", "restore", "migrate", "migrate-receive", "save", "reboot"]
}
