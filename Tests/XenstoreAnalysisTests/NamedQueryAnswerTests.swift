import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The queries on small images of which the right answer is known.
@Suite struct NamedQueryAnswerTests {
    private let archive: Archive

    init() throws {
        archive = try Archive.inMemory()
    }

    /// Imports an image and answers with its id.
    private func store(_ bodies: [RecordBody], name: String = "image", series: String = "main", at time: String? = nil) throws -> String {
        let image = try PreparedImage(bytes: try Images.encode(bodies, StreamFormat(layout: .v1)), layout: .v1)
        return String(try Importer(archive).store(image, label: Importer.Label(name: name, series: series, capturedAt: time)).imageID)
    }

    /// The rows, each as its values with `|` between.
    private func rows(_ name: String, _ parameters: [String: String]) throws -> [String] {
        let query = try #require(NamedQuery.all.first { $0.name == name })
        let statement = try query.prepare(archive, parameters: parameters)
        var rows: [String] = []
        while try statement.step() {
            rows.append((0..<statement.columnCount).map { text(statement.value($0)) }.joined(separator: "|"))
        }
        return rows
    }

    private func rows(_ name: String, _ bodies: [RecordBody]) throws -> [String] {
        // Another image beside the one asked for: no row of it may show.
        _ = try store([ring(1, of: 0), ring(2, of: 9), watch(2, "/other", "o"), node("/other", "o", "n9,r8:stale,w7")], name: "other")
        return try rows(name, ["image_id": try store(bodies)])
    }

    private func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets): ChangeLine.text(octets)
        case .blob(let octets): "\(Array(octets))"
        }
    }

    @Test func deadGranteeShowsWhomAnEntryNamesThatIsGone() throws {
        let nodes = [
            node("/a", "", "n0,r5"), node("/b", "", "n0,r6,w0"), node("/c", "", "n0,w7:stale"), node("/d", "", "n6"),
            pendingNode(2, tx: 1, "/p", "", "n0,r8"),
        ]
        #expect(try rows("dead_grantee", [ring(1, of: 0), ring(2, of: 5)] + nodes) == ["6|r|/b"])
        #expect(try rows("dead_grantee", [ring(2, of: 5)] + nodes) == [])
    }

    @Test func deadOwnerShowsNodesWhoseOwnerIsGone() throws {
        let nodes = [
            node("/a", "1", "n5"), node("/c", "2", "n6,r5"), node("/b", "3", "b6"), node("/d", "4", "n0,r6"),
            pendingNode(2, tx: 1, "/p", "", "n8"),
        ]
        #expect(try rows("dead_owner", [ring(1, of: 0), ring(2, of: 5)] + nodes) == ["6|/b|3|b6", "6|/c|2|n6,r5"])
        #expect(try rows("dead_owner", [ring(2, of: 5)] + nodes) == [])
    }

    @Test func deviceStateShowsDevicesThatDoNotWork() throws {
        func device(_ number: Int, _ front: String?, _ back: String?) -> [RecordBody] {
            let frontend = "/local/domain/1/device/vif/\(number)"
            let backend = "/local/domain/0/backend/vif/1/\(number)"
            return [node(frontend), node(frontend + "/backend", backend)] + (front.map { [node(frontend + "/state", $0)] } ?? [])
                + (back.map { [node(backend + "/state", $0)] } ?? [])
        }
        let bodies = device(0, "4", "4") + device(1, "3", "2") + device(2, nil, "4") + device(3, "4", nil)
        let start = "/local/domain/1/device/vif/"
        let end = "/local/domain/0/backend/vif/1/"
        #expect(
            try rows("device_state", bodies)
                == ["\(start)1|3|\(end)1|2", "\(start)2|NULL|\(end)2|4", "\(start)3|4|\(end)3|NULL"])
    }

    @Test func largestOwnersCountsNodesAndBytes() throws {
        let bodies = [
            ring(1, of: 0), node("/", "", "n0"), node("/a", "12345", "n5"), node("/ä", "ü", "n5,r0"), node("/b", "1", "n6"),
            pendingNode(1, tx: 1, "/p", "123", "n6"),
        ]
        #expect(try rows("largest_owners", bodies) == ["5|2|5|7|5", "0|1|1|0|0", "6|1|2|1|1"])
    }

    @Test func pathHistoryFollowsAPathOverTheImages() throws {
        let first = try store([node("/a", "1", "n0")], name: "first", at: "2026-01-01T00:00:00Z")
        let other = try store([node("/a", "2", "n0")], name: "other", series: "other")
        _ = try store([node("/b", "3")], name: "without")
        let last = try store([node("/a", "2", "n0,r5")], name: "last")
        let rowsOfFirst = "\(first)|first|2026-01-01T00:00:00Z|1|n0"
        #expect(
            try rows("path_history", ["path": "/a"])
                == [rowsOfFirst, "\(other)|other|NULL|2|n0", "\(last)|last|NULL|2|n0,r5"])
        #expect(try rows("path_history", ["path": "/a", "series": "main"]) == [rowsOfFirst, "\(last)|last|NULL|2|n0,r5"])
        #expect(try rows("path_history", ["path": "/c"]) == [])
    }

    @Test func parametersThatLookLikeNumbersAreTakenAsWritten() throws {
        let image = try store([node("/a", "1"), node("12", "x")], name: "first", series: "007")
        #expect(try rows("path_history", ["path": "/a", "series": "007"]) == ["\(image)|first|NULL|1|n0"])
        #expect(try rows("path_history", ["path": "12"]) == ["\(image)|first|NULL|x|n0"])
    }

    @Test func aParameterThatIsNoNumberIsWrongUsage() throws {
        #expect { try rows("watch_heavy", ["image_id": "1", "least": "many"]) } throws: { ($0 as? ArchiveError)?.code == .usage }
    }

    @Test func pendingOutputShowsWhoDoesNotRead() throws {
        var slow = ConnectionData(connID: 2, socketFD: 7)
        slow.outData = [1, 2, 3]
        slow.outRespLength = 2
        slow.inData = [4]
        var slower = ConnectionData(connID: 3, ringOf: 5, evtchn: 1)
        slower.outData = [1, 2, 3, 4]
        let bodies = [ring(1, of: 0), .connection(slow), .connection(slower)]
        #expect(try rows("pending_output", bodies) == ["3|ring|5|NULL|4|0|0", "2|socket|NULL|7|3|2|1"])
    }

    @Test func specialNodesShowsWhoseAccessWasChanged() throws {
        let bodies = [node("@releaseDomain", "", "n0"), node("@introduceDomain", "", "r0"), node("/", "", "r0"), node("@other")]
        #expect(try rows("special_nodes", bodies) == ["@introduceDomain|r0|changed", "@releaseDomain|n0|as shipped"])
    }

    @Test func stalePermsShowsOwnersAndEntries() throws {
        let bodies = [node("/a", "", "n5:stale,r6"), node("/b", "", "n0,w5:stale"), node("/c", "", "n0,r5")]
        #expect(try rows("stale_perms", bodies) == ["5|n|owner|/a", "5|w|entry|/b"])
    }

    @Test func stubdomTargetsTellsWhatARestoreLoses() throws {
        let bodies = [
            ring(1, of: 3, target: 1), ring(2, of: 1), ring(3, of: 4, target: 1), ring(4, of: 5, target: 9), socket(5, descriptor: 7),
        ]
        #expect(
            try rows("stubdom_targets", bodies)
                == ["3|1|lost: the target comes later in the stream", "4|1|kept", "5|9|the target has no connection"])
    }

    @Test func watchHeavyCountsWatchesAndPaths() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), ring(3, of: 6), watch(1, "/a", "s"), watch(1, "/a", "t"), watch(1, "/b", "t"),
            watch(2, "/a", "t"),
        ]
        #expect(try rows("watch_heavy", bodies) == ["1|ring|5|NULL|3|2", "2|socket|NULL|7|1|1"])
        #expect(try rows("watch_heavy", ["image_id": "2", "least": "3"]) == ["1|ring|5|NULL|3|2"])
        #expect(try rows("watch_heavy", ["image_id": "2", "least": "4"]) == [])
    }

    @Test func watchNoNodeResolvesRelativePaths() throws {
        let bodies = [
            ring(1, of: 5), socket(2, descriptor: 7), watch(1, "device", "a"), watch(1, "other", "b"), watch(1, "/x", "c"),
            watch(1, "/gone", "d"), watch(1, "@releaseDomain", "e"), watch(2, "home", "f"), watch(2, "@introduceDomain", "g"),
            pendingNode(1, tx: 1, "/gone"), node("/local/domain/5/device"), node("/local/domain/0/home"), node("/x"),
            node("@releaseDomain"),
        ]
        #expect(try rows("watch_no_node", bodies) == ["5|NULL|other|b", "5|NULL|/gone|d", "NULL|7|@introduceDomain|g"])
    }

    @Test func worldAccessShowsNodesOfDomain0OpenToAll() throws {
        let bodies = [
            node("/w", "1", "w0"), node("/r", "2", "r0,w5"), node("/b", "3", "b0"), node("/n", "4", "n0,r5"), node("/g", "5", "r5"),
            ring(1, of: 5), pendingNode(1, tx: 1, "/p", "", "r0"),
        ]
        #expect(
            try rows("world_access", bodies) == ["read and write|/b|b0|3", "read|/r|r0,w5|2", "write|/w|w0|1"])
    }

    @Test func everyQueryHasAnAnswerHere() {
        let tested = [
            "dead_grantee", "dead_owner", "device_state", "largest_owners", "path_history", "pending_output", "special_nodes",
            "stale_perms", "stubdom_targets", "watch_heavy", "watch_no_node", "world_access",
        ]
        #expect(NamedQuery.all.map(\.name) == tested)
    }
}
