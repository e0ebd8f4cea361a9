import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreStream

/// Queries that read only the parts of an image that can have a row. The fixtures have the same
/// questions as a look at every node.
@Suite struct ShortQueryTests {
    private static let names = [
        "cross_read", "cross_write", "dead_empty_dirs", "deep_paths", "device_state", "duplicate_identity",
        "foreign_owner", "home_vs_connection", "orphan_backend", "over_limit", "trusted_trees", "vm_node_missing",
        "watched_guest_writable", "world_access", "write_outside_home",
    ]

    private static let tops = [
        "/local/domain/1", "/local/domain/2", "/local/domain/12", "/local/domain/0", "/local/domain/03",
        "/local/domain/1-x", "/local/domain/x", "/local/domain/1234567890", "/local/domain", "/vm/1-2", "/vm/3-4",
        "/libxl/1", "/tool", "/libxl0", "/local/other", "/data", "@releaseDomain",
    ]
    private static let leaves = [
        "", "/name", "/vm", "/data", "/device/vif/0/backend", "/device/vif/0/state", "/device/vif/0/x/backend",
        "/backend/vif/1/0/frontend", "/backend/vif/1/0/state", "/a/b/c", "/target", "/x/7", "/x/7/0", "/x/7/",
        "/\u{e9}",
    ]
    private static let values = [
        "", "web", "/vm/1-2", "/vm/9-9", "/local/domain/0/backend/vif/1/0", "/local/domain/1/device/vif/0", "4", "6",
        "2", String(repeating: "x", count: 2040),
    ]

    private func image(_ random: inout SeededGenerator) -> [RecordBody] {
        func domid() -> UInt16 { [0, 1, 2, 3, 12, 40][random.below(6)] }
        var bodies: [RecordBody] = [.global(GlobalData())]
        for domain in [0, 1, 2, 12] as [UInt16] where domain == 0 || random.chance(80) {
            bodies.append(
                Host.guest(UInt32(domain) + 1, domain, target: random.chance(20) ? domid() : ConnectionData.noDomain))
        }
        var paths: Set<String> = ["/"]
        for _ in 0..<(5 + random.below(60)) {
            paths.insert(Self.tops[random.below(Self.tops.count)] + Self.leaves[random.below(Self.leaves.count)])
        }
        for path in paths.sorted() {
            var perms = "\(["n", "n", "r", "w", "b"][random.below(5)])\(domid())"
            while random.chance(40) { perms += ",\(["r", "w", "b", "n"][random.below(4)])\(domid())" }
            bodies.append(node(path, Self.values[random.below(Self.values.count)], perms))
        }
        for number in 0..<random.below(5) {
            let path = random.chance(20) ? "/" : Self.tops[random.below(Self.tops.count)]
            bodies.append(watch(1, path, "t\(number)"))
        }
        return bodies
    }

    @Test func answersAreThoseOfALookAtEveryNode() throws {
        let plain = Self.names.map { String(decoding: Fixtures.bytes("plain-queries/\($0).sql"), as: UTF8.self) }
        let least = "3"
        var found = Array(repeating: 0, count: Self.names.count)
        for seed in UInt64(0)..<60 {
            var random = SeededGenerator(seed: seed)
            let answers = try QueryAnswers()
            // The paths of another image, and of an earlier one of the series, must not show.
            try answers.store(image(&random), name: "other", series: "other")
            try answers.store(image(&random), name: "before")
            let id = try answers.store(image(&random), name: "image")
            for (index, name) in Self.names.enumerated() {
                let sql = plain[index].replacing(":image_id", with: id).replacing(":least", with: least)
                let parameters = ["image_id": id].merging(name == "deep_paths" ? ["least": least] : [:]) { $1 }
                let rows = try answers.rows(name, parameters)
                #expect(try rows == answers.rows(sql: sql), "\(name), seed \(seed)")
                found[index] += rows.count
            }
        }
        #expect(!found.contains(0), "\(found)")
    }
}
