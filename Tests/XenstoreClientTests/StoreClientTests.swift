import Testing
import XenstoreClient
import XenstoreStream

/// The client against a peer that sends what no daemon should.
@Suite struct StoreClientTests {
    private func octets(_ text: String) -> Octets { Octets(text.utf8) }

    private func reason(_ body: () throws -> Void) -> StoreError.Reason? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.reason
        }
    }

    @Test func aReplyIsReadAndTheRequestIsAsDocumented() throws {
        let peer = try ScriptedPeer()
        peer.send(2, 1, "web01")
        #expect(try peer.client.read(octets("/local/domain/1/name")) == octets("web01"))
        let request = try #require(peer.received().first)
        #expect(request.typeName == "READ")
        #expect(request.requestID == 1)
        #expect(request.txID == 0)
        #expect(request.payload == octets("/local/domain/1/name\0"))
    }

    @Test func eventsBetweenRequestAndReplyAreKeptApartInTheirOrder() throws {
        let peer = try ScriptedPeer()
        peer.send(15, 0, "/a\0t\0")
        peer.send(15, 0, "/b\0t\0")
        peer.send(2, 1, "v")
        peer.send(15, 0, "@releaseDomain\0t\0")
        #expect(try peer.client.read(octets("/c")) == octets("v"))
        #expect(peer.client.takeEvents().map(\.path) == [octets("/a"), octets("/b")])
        #expect(try peer.client.waitForEvent(.seconds(10)))
        #expect(peer.client.takeEvents() == [StoreEvent(path: octets("@releaseDomain"), token: octets("t"))])
        #expect(try !peer.client.waitForEvent(.milliseconds(1)))
    }

    @Test func aReplyInSingleBytesIsRead() throws {
        let peer = try ScriptedPeer()
        peer.sendSlowly(peer.message(15, 0, "/a\0t\0") + peer.message(1, 1, "one\0two\0"))
        #expect(try peer.client.children(octets("/")) == [octets("one"), octets("two")])
        #expect(peer.client.takeEvents().count == 1)
    }

    @Test func manyRequestsHaveTheirRepliesInOrder() throws {
        let peer = try ScriptedPeer()
        for id in 1...100 { peer.send(id % 3 == 0 ? 16 : 2, UInt32(id), id % 3 == 0 ? "ENOENT\0" : "\(id)") }
        let answers = try peer.client.askAll((1...100).map { StoreRequest(.read, "/\($0)") })
        #expect(answers.count == 100)
        for (index, answer) in answers.enumerated() {
            switch answer {
            case .success(let value): #expect(value == octets("\(index + 1)"))
            case .failure(let error): #expect((index + 1) % 3 == 0 && error.name == .noEntry)
            }
        }
    }

    @Test(arguments: StoreErrorName.all) func everyErrorNameIsKnown(_ name: StoreErrorName) throws {
        let peer = try ScriptedPeer()
        peer.send(16, 1, name.rawValue + "\0")
        #expect(reason { _ = try peer.client.read(octets("/a")) } == .refused(name))
        #expect(name.meaning != nil)
        // A refusal does not end the connection.
        peer.send(2, 2, "v")
        #expect(try peer.client.read(octets("/a")) == octets("v"))
    }

    @Test func anUnknownErrorNameIsKeptAndPrintedHarmlessly() throws {
        let peer = try ScriptedPeer()
        peer.send(16, 1, "E\u{1B}[2J\0")
        let error = #expect(throws: StoreError.self) { try peer.client.read(octets("/a\u{7}")) }
        #expect(error?.name?.rawValue == "E\u{1B}[2J")
        #expect(error.map { "\($0)" } == "READ /a\\x07: E\\x1b[2J")
    }

    @Test func aMessageThatIsTooLongEndsTheConnectionBeforeItIsRead() throws {
        let peer = try ScriptedPeer()
        peer.send(Array(peer.message(2, 1, String(repeating: "v", count: 4097)).prefix(16)))
        let found = reason { _ = try peer.client.read(octets("/a")) }
        #expect(found == .badReply("a message of 4097 bytes; it can have 4096"))
        peer.send(2, 2, "v")
        #expect(reason { _ = try peer.client.read(octets("/a")) } == found, "the connection is unusable")
    }

    @Test func theLongestMessageIsRead() throws {
        let peer = try ScriptedPeer()
        peer.send(2, 1, String(repeating: "v", count: 4096))
        #expect(try peer.client.read(octets("/a")).count == 4096)
    }

    @Test(arguments: [(2, 7), (2, 0), (1, 1), (99, 1)] as [(UInt32, UInt32)])
    func aReplyToAnotherRequestIsNotTaken(_ type: UInt32, _ id: UInt32) throws {
        let peer = try ScriptedPeer()
        peer.send(type, id, "v\0")
        guard case .badReply = reason({ _ = try peer.client.read(octets("/a")) }) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func anEventThatIsNoneEndsTheConnection() throws {
        let peer = try ScriptedPeer()
        peer.send(15, 0, "/a")
        #expect(
            reason { _ = try peer.client.read(octets("/a")) } == .badReply("an event without path and token"))
    }

    @Test func aClosedConnectionIsNoticedAfterWhatWasSent() throws {
        let peer = try ScriptedPeer()
        peer.send(2, 1, "v")
        peer.hangUp()
        #expect(try peer.client.read(octets("/a")) == octets("v"))
        let error = #expect(throws: StoreError.self) { try peer.client.read(octets("/b")) }
        #expect(error?.reason == .closed)
        #expect(error?.request == .read)
        #expect(error?.subject == octets("/b"))
    }

    @Test func aMissingReplyEndsInATimeout() throws {
        let peer = try ScriptedPeer()
        peer.client.timeout = .milliseconds(20)
        peer.send(Array(peer.message(2, 1, "value").dropLast()))
        #expect(reason { _ = try peer.client.read(octets("/a")) } == .timeout)
    }

    @Test func aRequestThatNoMessageHoldsIsNotSent() throws {
        let peer = try ScriptedPeer()
        guard case .badRequest = reason({ try peer.client.write(octets("/a"), Octets(repeating: 1, count: 4094)) })
        else {
            Issue.record("sent")
            return
        }
        guard case .badRequest = reason({ _ = try peer.client.read(octets("/a\0b")) }) else {
            Issue.record("sent")
            return
        }
        peer.send(11, 1, "OK\0")
        try peer.client.write(octets("/a"), Octets(repeating: 1, count: 4093))
        #expect(peer.received().map(\.typeName) == ["WRITE"])
    }

    // MARK: Payloads

    @Test func aLongListIsReadInPartsAndAgainIfItChanges() throws {
        let peer = try ScriptedPeer()
        peer.send(16, 1, "E2BIG\0")
        peer.send(22, 2, "7\0one\0two\0")
        peer.send(22, 3, "8\0three\0\0")
        peer.send(22, 4, "8\0one\0t")
        peer.send(22, 5, "8\0hree\0\0")
        #expect(try peer.client.children(octets("/a")) == [octets("one"), octets("three")])
        let offsets = peer.received().dropFirst().map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(offsets == ["/a\u{0}0\u{0}", "/a\u{0}8\u{0}", "/a\u{0}0\u{0}", "/a\u{0}5\u{0}"])
    }

    @Test func anEmptyLongListIsRead() throws {
        let peer = try ScriptedPeer()
        peer.send(16, 1, "E2BIG\0")
        peer.send(22, 2, "7\0\0")
        #expect(try peer.client.children(octets("/a")) == [])
    }

    @Test func aListThatAlwaysChangesIsGivenUp() throws {
        let peer = try ScriptedPeer()
        peer.send(16, 1, "E2BIG\0")
        for id in 2...99 { peer.send(22, UInt32(id), "\(id)\0one\0") }
        #expect(reason { _ = try peer.client.children(octets("/a")) } == .changing)
    }

    @Test(arguments: ["a", "a\0\0", "a/b\0", "a\0a\0", "\u{1B}\0"])
    func aListWithNamesThatNoNodeHasIsRefused(_ list: String) throws {
        let peer = try ScriptedPeer()
        peer.send(1, 1, list)
        guard case .badReply = reason({ _ = try peer.client.children(octets("/a")) }) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func permissionsAreRead() throws {
        let peer = try ScriptedPeer()
        peer.send(3, 1, "n0\0r32752\0")
        #expect(
            try peer.client.permissions(octets("/a")) == [
                Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, domid: 32752),
            ])
    }

    @Test(arguments: ["", "n0", "x0\0", "n65536\0", "n0\0\0", "n-1\0"])
    func permissionsThatAreNoneAreRefused(_ list: String) throws {
        let peer = try ScriptedPeer()
        peer.send(3, 1, list)
        guard case .badReply = reason({ _ = try peer.client.permissions(octets("/a")) }) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func requestsOfAllKindsHaveTheirPayload() throws {
        let peer = try ScriptedPeer()
        let replies: [(UInt32, String)] = [
            (6, "5\0"), (11, "OK\0"), (14, "OK\0"), (7, "OK\0"), (4, "OK\0"), (4, "OK\0"), (5, "OK\0"), (17, "T\0"),
            (10, "/local/domain/3\0"), (0, "help\0"), (23, "7\0"), (25, "nodes 5\0"), (25, "1000\0"), (12, "OK\0"),
            (13, "OK\0"), (8, "OK\0"), (9, "OK\0"), (18, "OK\0"), (19, "OK\0"), (21, "OK\0"), (24, "OK\0"),
            (26, "OK\0"),
        ]
        for (index, reply) in replies.enumerated() { peer.send(reply.0, UInt32(index + 1), reply.1) }
        let client = peer.client
        let transaction = try client.startTransaction()
        #expect(transaction == 5)
        try client.write(octets("/a"), octets("v"), in: transaction)
        try client.setPermissions(octets("/a"), [Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, domid: 3)])
        try client.endTransaction(transaction, commits: true)
        try client.watch(octets("/"), token: octets("t"))
        try client.watch(octets("/"), token: octets("u"), depth: 1)
        try client.unwatch(octets("/"), token: octets("t"))
        #expect(try client.isIntroduced(3))
        #expect(try client.domainPath(3) == octets("/local/domain/3"))
        #expect(try client.control("help") == octets("help"))
        #expect(try client.features() == 7)
        #expect(try client.quotaNames() == ["nodes", "5"])
        #expect(try client.quota("nodes", of: 3) == 1000)
        try client.makeDirectory(octets("/a"))
        try client.remove(octets("/a"))
        try client.introduce(3, frame: 1, port: 2)
        try client.release(3)
        try client.resume(3)
        try client.setTarget(4, of: 3)
        try client.resetWatches()
        try client.setFeatures(1, of: 3)
        try client.setQuota("nodes", to: 9, of: 3)
        let sent = peer.received().map { String(decoding: $0.payload, as: UTF8.self).replacing("\0", with: "|") }
        #expect(
            sent == [
                "|", "/a|v", "/a|n0|r3|", "T|", "/|t|", "/|u|1|", "/|t|", "3|", "3|", "help|", "", "", "3|nodes|",
                "/a|", "/a|", "3|1|2|", "3|", "3|", "3|4|", "|", "3|1|", "3|nodes|9|",
            ])
    }

    @Test func theNamesOfRequestsAreThoseOfMessages() {
        #expect(
            StoreRequest.Kind.allCases.map(\.name).sorted()
                == WireMessage.names.filter {
                    !["WATCH_EVENT", "ERROR", "RESTRICT"].contains($0)
                }.sorted())
    }

    @Test func aSocketThatIsNotThereIsNamed() {
        let error = #expect(throws: StoreError.self) { try StoreClient(path: "/nonexistent/socket") }
        #expect(error.map { "\($0)" } == "/nonexistent/socket: cannot connect: No such file or directory")
        let long = "/" + String(repeating: "x", count: 200)
        #expect(throws: StoreError.self) { try StoreClient(path: long) }
    }

    // MARK: Messages

    @Test(arguments: ByteOrder.allCases) func whatIsEncodedIsDecoded(_ order: ByteOrder) {
        let message = WireMessage(type: 11, requestID: 0x0102_0304, txID: 9, payload: Octets([1, 0, 255]))
        #expect(WireMessage.decode(Octets(message.encoded(order)), byteOrder: order) == [message])
        #expect(message.encoded(.big).prefix(8) == [0, 0, 0, 11, 1, 2, 3, 4])
    }

    @Test func theNamesOfErrorsAreUnique() {
        #expect(Set(StoreErrorName.all).count == StoreErrorName.all.count)
        #expect(StoreErrorName(rawValue: "EFUTURE").meaning == nil)
    }
}
