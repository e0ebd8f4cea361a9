import Testing
import XenstoreArchive
import XenstoreStream

/// The queries of the group connections.
@Suite struct ConnectionQueryTests {
    @Test func watchNoNodeResolvesRelativePaths() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), watch(1, "device", "a"), watch(1, "other", "b"),
            watch(1, "/x", "c"),
            watch(1, "/gone", "d"), watch(1, "@releaseDomain", "e"), watch(2, "home", "f"),
            watch(2, "@introduceDomain", "g"),
            pendingNode(1, tx: 1, "/gone"), node("/local/domain/5/device"), node("/local/domain/0/home"), node("/x"),
            node("@releaseDomain"),
        ]
        try finds("watch_no_node", bodies, ["5|NULL|other|b", "5|NULL|/gone|d", "NULL|7|@introduceDomain|g"])
        try findsNothing("watch_no_node", [ring(1, of: 5), watch(1, "device", "a"), node("/local/domain/5/device")])
    }

    @Test func watchHeavyCountsWatchesAndPaths() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), ring(3, of: 6), watch(1, "/a", "s"), watch(1, "/a", "t"),
            watch(1, "/b", "t"),
            watch(2, "/a", "t"),
        ]
        try finds("watch_heavy", bodies, ["1|ring|5|NULL|3|2", "2|socket|NULL|7|1|1"])
        try finds("watch_heavy", bodies, ["least": "3"], ["1|ring|5|NULL|3|2"])
        try findsNothing("watch_heavy", bodies, ["least": "4"])
    }

    @Test func watchesByDomainHaveTheDomidInEachRow() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), watch(1, "/b", "t"), watch(1, "/a", "t"), watch(2, "/", "u"),
            watch(9, "/nowhere", "v"), node("/local/domain/5/name", "web"),
        ]
        try finds(
            "watches_by_domain", bodies,
            [
                "5|web|ring|NULL|/a|t|NULL|1", "5|web|ring|NULL|/b|t|NULL|1",
                "NULL|NULL|NULL|NULL|/nowhere|v|NULL|9", "NULL|NULL|socket|7|/|u|NULL|2",
            ])
        try findsNothing("watches_by_domain", bodies, ["domid": "6"])
    }

    @Test func watchShapesGroupsByPrefixAndToken() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), watch(1, "device", "ffff82a5"), watch(1, "control", "00aa"),
            watch(1, "/local/domain/5", "be:1"),
            watch(2, "/", ""), watch(2, "@releaseDomain", "r\u{1}"), watch(2, "/vm", "x"),
        ]
        try finds(
            "watch_shapes", bodies,
            ["5|home|hexadecimal|2", "0|/|empty|1", "0|/vm|text|1", "0|@releaseDomain|bytes|1", "5|/local|text|1"])
        try findsNothing("watch_shapes", [ring(1, of: 5)])
    }

    @Test func watchUnreadableShowsWatchesThatLeak() throws {
        let bodies =
            Host.healthy + [
                watch(2, "/secret", "a"), watch(2, "/written", "b"), watch(2, "/open", "c"), watch(2, "/granted", "d"),
                watch(2, "@introduceDomain", "e"),
                watch(3, "/secret", "dom0"), watch(2, "data/hidden", "f"), watch(2, "/missing", "g"),
                node("/secret", "", "n0"), node("/written", "", "w0"), node("/open", "", "r0"),
                node("/granted", "", "n0,r5"),
                node("/local/domain/5/data/hidden", "", "n0"),
            ]
        try finds(
            "watch_unreadable", bodies,
            [
                "5|/secret|a|none|default n0|not sent", "5|/written|b|w|default w0|not sent",
                "5|@introduceDomain|e|none|default n0|not sent", "5|data/hidden|f|none|default n0|sent",
            ])
        try findsNothing("watch_unreadable", Host.healthy + [watch(2, "/open", "c"), node("/open", "", "r0")])
    }

    /// Such an image is damaged: the watch is of either domain.
    @Test func aWatchOfTwoDomainsWithOneConnIDIsListedForEach() throws {
        try finds(
            "watch_unreadable",
            [
                ring(1, of: 0), ring(2, of: 5), ring(2, of: 6), watch(2, "/secret/x", "a"), node("/", "", "n0"),
                node("/secret", "", "n0,r6"), node("/secret/x", "", "n0"),
            ],
            ["5|/secret/x|a|none|default n0|not sent", "6|/secret/x|a|none|default n0|sent"])
    }

    @Test func watchedGuestWritableCountsNodesBelow() throws {
        let bodies =
            Host.base + Host.home(5, "guest") + [
                watch(3, "/local/domain/5", "a"), watch(3, "/local/domain/5/data/os", "b"), watch(3, "/vm", "c"),
                watch(3, "/", "d"), watch(2, "/local", "e"),
                watch(3, "/local/domain/50", "f"), node("/local/domain/5-x", "", "n5"),
            ]
        try finds(
            "watched_guest_writable", bodies,
            ["3|7|/|d|3", "3|7|/local/domain/5|a|2", "3|7|/local/domain/5/data/os|b|1"])
        try findsNothing("watched_guest_writable", Host.base + Host.home(5, "guest") + [watch(3, "/vm", "c")])
    }

    @Test func pendingOutputShowsWhoDoesNotRead() throws {
        var slow = ConnectionData(connID: 2, socketFD: 7)
        slow.outData = [1, 2, 3]
        slow.outRespLength = 2
        slow.inData = [4]
        var slower = ConnectionData(connID: 3, ringOf: 5, evtchn: 1)
        slower.outData = [1, 2, 3, 4]
        let bodies = [ring(1, of: 0), .connection(slow), .connection(slower)]
        try finds("pending_output", bodies, ["3|ring|5|NULL|4|0|0", "2|socket|NULL|7|3|2|1"])
        try findsNothing("pending_output", [ring(1, of: 0)])
    }

    private func message(_ type: UInt8, _ payload: String, tx: UInt8 = 0) -> Octets {
        Octets([type, 0, 0, 0, 9, 0, 0, 0, tx, 0, 0, 0, UInt8(payload.utf8.count), 0, 0, 0]) + Octets(payload.utf8)
    }

    @Test func pendingMessagesGroupsTheQueue() throws {
        var slow = ConnectionData(connID: 2, socketFD: 7)
        slow.outData = Octets("rest".utf8) + message(15, "/b\0t\0") + message(15, "/a\0t\0") + message(2, "v")
        slow.outRespLength = 4
        slow.inData = message(2, "x\0")
        try finds(
            "pending_messages", [ring(1, of: 0), .connection(slow)],
            ["2|NULL|7|WATCH_EVENT|2|10|/a", "2|NULL|7|READ|1|1|NULL", "2|NULL|7|rest of a message|1|4|NULL"])
        slow.outData = []
        slow.outRespLength = 0
        try findsNothing("pending_messages", [ring(1, of: 0), .connection(slow)])
    }

    @Test func pendingInputShowsRequestsAndWhatIsMissing() throws {
        var asking = ConnectionData(connID: 2, ringOf: 5, evtchn: 1)
        asking.inData = message(11, "/a\0value", tx: 3) + message(2, "name\0").prefix(10)
        try finds(
            "pending_input", [ring(1, of: 0), .connection(asking)],
            ["2|5|NULL|WRITE|9|3|/a|8|8|1", "2|5|NULL|READ|9|NULL|NULL|NULL|0|0"])
        asking.inData = []
        asking.outData = message(2, "v")
        try findsNothing("pending_input", [ring(1, of: 0), .connection(asking)])
    }

    @Test func openTransactionsCountsWhatTheyTouch() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), transaction(1, tx: 3), transaction(2, tx: 3),
            pendingNode(1, tx: 3, "/a"),
            pendingNode(1, tx: 3, "/b", "", "n0", access: 1), pendingNode(1, tx: 4, "/c"), node("/d"),
        ]
        try finds("open_transactions", bodies, ["1|5|NULL|3|2|1", "2|NULL|7|3|0|0"])
        try findsNothing("open_transactions", [ring(1, of: 5), node("/d")])
    }

    @Test func txVersusCommittedTellsWhatACommitWouldDo() throws {
        let bodies = [
            ring(1, of: 5), transaction(1, tx: 3), node("/"), node("/a", "old"), node("/b", "kept"), node("/r", "1"),
            node("/g", "2"),
            pendingNode(1, tx: 3, "/a", "new"), pendingNode(1, tx: 3, "/b", "kept"),
            pendingNode(1, tx: 3, "/r", "1", "n0", access: 1),
            .node(NodeData(path: TerminatedString("/g"), value: [], perms: [], connID: 1, txID: 3, access: 0)),
            pendingNode(1, tx: 3, "/n", "x"), pendingNode(1, tx: 3, "/n/m", "y"),
            pendingNode(1, tx: 3, "/no/parent", "z"),
        ]
        try finds(
            "tx_versus_committed", bodies,
            [
                "1|3|/a|written|new|old|there", "1|3|/b|written, the same|kept|kept|there", "1|3|/r|read|1|1|there",
                "1|3|/g|deleted|NULL|2|there", "1|3|/n|created|x|NULL|there", "1|3|/n/m|created|y|NULL|there",
                "1|3|/no/parent|created|z|NULL|missing",
            ])
        try findsNothing("tx_versus_committed", [ring(1, of: 5), node("/"), node("/a", "old")])
    }
}
