import Testing
import XenstoreStream

/// The queries of the group memory.
@Suite struct MemoryQueryTests {
    @Test func largestOwnersCountsNodesAndBytes() throws {
        let bodies = [
            ring(1, of: 0), node("/", "", "n0"), node("/a", "12345", "n5"), node("/ä", "ü", "n5,r0"),
            node("/b", "1", "n6"),
            pendingNode(1, tx: 1, "/p", "123", "n6"),
        ]
        try finds("largest_owners", bodies, ["5|2|5|7|5", "0|1|1|0|0", "6|1|2|1|1"])
        try findsNothing("largest_owners", [ring(1, of: 0)])
    }

    @Test func memoryTopSumsUpAsXenstoredDoes() throws {
        var slow = ConnectionData(connID: 2, ringOf: 5, evtchn: 1)
        slow.outData = Octets(repeatElement(1, count: 20))
        slow.inData = [1, 2, 3]
        let bodies = [
            ring(1, of: 0), .connection(slow), watch(2, "data", "tok"), watch(2, "/a", ""), transaction(2, tx: 4),
            node("/", "", "n0"), node("/a", "12", "n0,r5"), node("/a/bc", "345", "n5"), node("/a/bc/def", "", "n5,r0"),
            node("/local/domain/5/name", "guest", "n0"), pendingNode(2, tx: 4, "/a/p", "123", "n5"),
        ]
        // "/" 16+8+1 and the name "a" with its NUL; "/a" 16+16+2+2 and "bc"; the name 16+8+20+5,
        // whose parent is missing.
        let zero = 25 + 2 + 36 + 3 + 49
        // "/a/bc" 16+8+5+3 and "def"; "/a/bc/def" 16+16+9; watches 4+3 and the home before it, 2;
        // 23 bytes in buffers.
        let five = 32 + 4 + 41 + 7 + 16 + 2 + 23
        try finds("memory_top", bodies, ["5|live|guest|\(five)|2|2|1|3|20", "0|live|NULL|\(zero)|3|0|0|0|0"])
        try finds("memory_top", bodies, ["top": "1"], ["5|live|guest|\(five)|2|2|1|3|20"])
        try findsNothing("memory_top", [RecordBody.global(GlobalData(rwSocketFD: 3, secondFD: 6))])
    }

    @Test func domainsShowsEveryDomainAndMarksTheDead() throws {
        var waiting = ConnectionData(connID: 2, ringOf: 5, tdomid: 6, evtchn: 1)
        waiting.inData = [1, 2]
        waiting.outData = [1, 2, 3]
        let watches = (0..<64).map { watch(2, "/w\($0)", "") }
        let bodies =
            [ring(1, of: 0), .connection(waiting), ring(3, of: 6), node("/gone", "", "n9"), transaction(2, tx: 1)]
            + Host.home(5, "guest") + watches
        // Domain 0: four nodes of 47, 57, 60 and 42 bytes, and the names of three children, 13.
        // Domain 5: 44 and 52, a name, 3; 246 for the watches' paths, 5 in buffers.
        try finds(
            "domains", bodies,
            [
                "0|live|NULL|NULL|1|NULL|4|219|0|0|0|NULL|NULL",
                "5|live|guest|uuid-5|2|6|2|350|64|1|5|watches|50", "6|live|NULL|NULL|3|NULL|0|0|0|0|0|memory|0",
                "9|dead|NULL|NULL|NULL|NULL|1|29|0|0|0|NULL|NULL",
            ])
        try finds(
            "domains", [ring(2, of: 5), node("/gone", "", "n9")],
            ["5|live|NULL|NULL|2|NULL|0|0|0|0|0|memory|0", "9|unknown|NULL|NULL|NULL|NULL|1|29|0|0|0|NULL|NULL"])
        try findsNothing("domains", [RecordBody.global(GlobalData(rwSocketFD: 3, secondFD: 6))])
    }

    @Test func quotaUsageComparesWithOwnDefaultAndBuiltInQuotas() throws {
        func watches(_ connID: UInt32, _ count: Int) -> [RecordBody] {
            (0..<count).map { watch(connID, "/w\($0)", "t") }
        }
        let rings = [ring(1, of: 0), ring(2, of: 5), ring(3, of: 6), node("/local/domain/5/name", "five", "n0")]
        // 128 by default: 102 are not yet 80 percent, 103 are.
        try finds("quota_usage", rings + watches(2, 103) + watches(3, 102), ["5|five|watches|103|128|80"])
        try findsNothing("quota_usage", rings + watches(1, 500) + watches(2, 102))
        let limits = [globalQuota(defaults: ["watches": 10]), domain(6, ["watches": 0])]
        try finds("quota_usage", rings + watches(2, 9) + watches(3, 500) + limits, ["5|five|watches|9|10|90"])
        try findsNothing("quota_usage", rings + watches(2, 9) + limits, ["percent": "91"])
        var busy = ConnectionData(connID: 2, ringOf: 5, evtchn: 1)
        for number in 0..<20 {
            busy.outData += Octets([15, 0, 0, 0, UInt8(number), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
        }
        let transactions = (1...9).map { transaction(2, tx: UInt32($0)) }
        try finds(
            "quota_usage", [ring(1, of: 0), .connection(busy)] + transactions,
            ["5|NULL|outstanding|20|20|100", "5|NULL|transactions|9|10|90"])
    }

    @Test func overLimitShowsSizesPermissionsAndPaths() throws {
        let value = String(repeating: "v", count: 2024)
        let path = "/" + String(repeating: "p", count: 2048)
        let bodies = [
            node("/fits", value, "n5"), node("/large", value + "v", "n5"), node("/mine", value + "v", "n0"),
            node("/many", "", "n5,r1,r2,r3,r4,r6"), node(path, "", "n5"),
        ]
        try finds(
            "over_limit", bodies,
            ["5|node-size|2049|2048|/large", "5|node-permissions|6|5|/many", "5|path-max|2049|2048|\(path)"])
        try findsNothing("over_limit", [node("/fits", value, "n5"), node("/mine", value + "v", "n0")])
        try findsNothing(
            "over_limit", [globalQuota(defaults: ["node-size": 0, "node-permissions": 6, "path-max": 3000])] + bodies)
    }

    @Test func deepPathsCountsLevels() throws {
        let deep = String(repeating: "/d", count: 16)
        try finds(
            "deep_paths", [node("/"), node(deep, "", "n5"), node(deep + "/e", "", "n6")],
            ["6|17|\(deep)/e", "5|16|\(deep)"])
        try finds(
            "deep_paths", [node("/"), node("/a/b/c", "", "n5"), node("/abcdefgh")], ["least": "3"], ["5|3|/a/b/c"])
        try findsNothing("deep_paths", [node("/"), node(String(repeating: "/d", count: 15))])
    }

    @Test func wideDirsSumsUpNames() throws {
        let children = (100..<110).map { node("/a/name-\($0)", "", "n6") }
        let bodies = [node("/"), node("/a", "", "n5"), node("/b")] + children
        try finds("wide_dirs", bodies, ["least": "89"], ["/a|5|10|90"])
        try findsNothing("wide_dirs", bodies, ["least": "90"])
        try finds("wide_dirs", bodies, ["least": "3"], ["/a|5|10|90", "/|0|2|4"])
        let many = (0..<500).map { node("/a/\(10_000_000 + $0)") }
        try finds("wide_dirs", [node("/"), node("/a", "", "n5")] + many, ["/a|5|500|4500"])
        try findsNothing("wide_dirs", [node("/"), node("/a", "", "n5")] + many.prefix(455))
    }

    @Test func guestAgentBytesCountsWhatGuestsWrite() throws {
        let bodies =
            Host.base + [
                node("/local/domain/5/data/a", "12345", "n5"), node("/local/domain/5/attr/b", "1", "n5"),
                node("/local/domain/5/control/c", "", "n5"),
                node("/local/domain/6/drivers/d", "1", "n6"), node("/local/domain/6/device/data/x", "1", "n6"),
                node("/local/domain/0/data/x", "1"),
            ]
        try finds(
            "guest_agent_bytes", bodies,
            ["6|drivers|1|26", "5|control|1|25", "5|data|1|27", "5|attr|1|23"].sorted {
                Int($0.split(separator: "|")[3])! > Int($1.split(separator: "|")[3])!
            })
        try finds("guest_agent_bytes", bodies, ["least": "27"], ["5|data|1|27"])
        try findsNothing("guest_agent_bytes", Host.base)
    }
}
