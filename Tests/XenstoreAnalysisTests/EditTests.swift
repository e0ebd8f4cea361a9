import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Edits of images.
@Suite struct EditTests {
    private static let records: [RecordBody] =
        host + [
            socket(2, descriptor: 9), watch(2, "/a", "t"), watch(1, "/a", "u"), transaction(2, tx: 7),
            transaction(1, tx: 8), node("/"), node("/a", "1", "n0,r5"), node("/a/b", "2"),
            node("/ab", "3"), pendingNode(2, tx: 7, "/a/p"), pendingNode(1, tx: 8, "/q"), domain(5),
        ]

    /// - Parameter new: the paths of the created nodes, which are reported.
    private func apply(_ edits: Edit..., making new: [String] = []) throws -> [RecordBody] {
        var plan = Rebuild()
        plan.edits = edits
        let stream = try Rebuilding.run(Self.records, .v1, plan)
        #expect(stream.alterations.lines == new.map { "changed new-node: \($0)" })
        return try stream.bodies
    }

    private func path(_ text: String) -> Octets {
        Octets(text.utf8)
    }

    private func without(_ isGone: (RecordBody) -> Bool) -> [RecordBody] {
        Self.records.filter { !isGone($0) }
    }

    @Test func aValueIsReplaced() throws {
        let bodies = try apply(.set(path("/a"), value: [0, 0xFF]))
        #expect(bodies.count == Self.records.count)
        #expect(
            bodies.contains(
                .node(NodeData(path: TerminatedString("/a"), value: [0, 0xFF], perms: permissions("n0,r5")))))
    }

    @Test func aNewNodeIsMadeWithItsParentsBehindTheOthers() throws {
        let bodies = try apply(.set(path("/a/x/y"), value: path("v")), making: ["/a/x", "/a/x/y"])
        let place = try #require(Self.records.firstIndex(of: node("/ab", "3"))) + 1
        #expect(
            bodies == Array(Self.records[..<place]) + [node("/a/x", "", "n0,r5"), node("/a/x/y", "v", "n0,r5")]
                + Array(Self.records[place...]))
    }

    @Test func manyChangesAreMadeOneAfterTheOther() throws {
        let bodies = try apply(
            .set(path("/n/m"), value: path("1")), .setPerms(path("/n"), permissions("n5,r0")),
            .set(path("/n/k"), value: path("2")),
            .set(path("/n/m"), value: path("3")), .setPerms(path("/n/m"), permissions("b0")), .remove(path("/a")),
            .set(path("/a"), value: path("new")),
            making: ["/n", "/n/m", "/n/k", "/a"])
        let new = Set(bodies).subtracting(Self.records)
        #expect(
            new == [
                node("/n", "", "n5,r0"), node("/n/m", "3", "b0"), node("/n/k", "2", "n5,r0"), node("/a", "new", "n0"),
            ])
    }

    @Test func aNodeGoesWithAllBelowIt() throws {
        #expect(
            try apply(.remove(path("/a")))
                == without {
                    if case .node(let data) = $0 {
                        ["/a", "/a/b", "/a/p"].contains(String(decoding: data.path.octets, as: UTF8.self))
                    } else {
                        false
                    }
                })
    }

    @Test func permissionsAreReplaced() throws {
        #expect(
            try apply(.setPerms(path("/a/b"), permissions("n5,w0:stale"))).contains(node("/a/b", "2", "n5,w0:stale")))
        #expect(
            try apply(.setPerms(path("@releaseDomain"), permissions("n0,r5")), making: ["@releaseDomain"]).contains(
                node("@releaseDomain", "", "n0,r5")))
    }

    @Test func whatIsDroppedTakesAlongWhatHangsOnIt() throws {
        #expect(
            try apply(.drop(.sockets))
                == without {
                    [
                        socket(2, descriptor: 9), watch(2, "/a", "t"), transaction(2, tx: 7),
                        pendingNode(2, tx: 7, "/a/p"),
                    ].contains($0)
                })
        #expect(
            try apply(.drop(.connections)).allSatisfy {
                [.globalData, .domainData].contains($0.type) || node("/") == $0 || $0.type == .nodeData
            })
        #expect(try apply(.drop(.connections)).filter { $0.type == .nodeData }.count == 4)
        #expect(
            try apply(.drop(.transactions))
                == without { if case .node(let data) = $0 { !data.isCommitted } else { $0.type == .transactionData } })
        #expect(
            try apply(.drop(.pending)) == without { if case .node(let data) = $0 { !data.isCommitted } else { false } })
        var busy = ConnectionData(connID: 3, socketFD: 10)
        (busy.inData, busy.outData, busy.outRespLength) = ([1], [2], 1)
        var plan = Rebuild()
        plan.edits = [.drop(.buffers)]
        #expect(try Rebuilding.run(host + [.connection(busy)], .v1, plan).bodies == host + [socket(3, descriptor: 10)])
    }

    @Test func whatCannotBeMadeIsRefused() {
        let tooLong = "/" + String(repeating: "a", count: 3071)
        for name in ["/a//b", "/a/", "/a b", "/\u{e4}", "/a\0b", tooLong, "relative"] {
            #expect(throws: ArchiveError.self, "\(name)") { try apply(.set(path(name), value: [])) }
        }
        #expect(throws: ArchiveError.self) { try apply(.set(path("/a"), value: Octets(repeating: 0, count: 65536))) }
        #expect(throws: ArchiveError.self) { try apply(.set(path("@releaseDomain"), value: [])) }
        #expect(throws: ArchiveError.self) { try apply(.remove(path("/nowhere"))) }
        #expect(throws: ArchiveError.self) { try apply(.remove(path("/"))) }
        #expect(throws: ArchiveError.self) { try apply(.setPerms(path("/nowhere"), permissions("n0"))) }
    }

    /// A node whose name no client can create can still be changed and removed.
    @Test func anOddNodeThatIsThereCanBeChanged() throws {
        var plan = Rebuild()
        plan.edits = [.set(path("/a b"), value: path("x"))]
        #expect(
            try Rebuilding.run(host + [node("/"), node("/a b")], .v1, plan).bodies == host + [
                node("/"), node("/a b", "x"),
            ])
        plan.edits = [.remove(path("/a b"))]
        #expect(try Rebuilding.run(host + [node("/"), node("/a b")], .v1, plan).bodies == host + [node("/")])
    }

    // MARK: Text

    @Test func changesAreReadFromText() throws {
        let text = EditText(isEscaped: false)
        #expect(try text.set("/a=b=c\\n") == .set(path("/a"), value: path("b=c\\n")))
        #expect(try text.set("/a=") == .set(path("/a"), value: []))
        #expect(try text.set("name=x") == .set(path("/local/domain/0/name"), value: path("x")))
        #expect(
            try text.setPerms("/a=n0,r5,w6:stale,b65535") == .setPerms(path("/a"), permissions("n0,r5,w6:stale,b65535"))
        )
        let escaped = EditText(isEscaped: true)
        #expect(
            try escaped.set(#"/a\x20b=\n\r\t\\\"\x00\xff\007\377\u{e4}"#)
                == .set(path("/a b"), value: [0x0A, 0x0D, 0x09, 0x5C, 0x22, 0, 0xFF, 7, 0xFF, 0xC3, 0xA4]))
    }

    @Test(arguments: ["/a", "", "=x", "/a/=x"]) func whatIsNoChangeIsRefused(_ text: String) {
        #expect(throws: ArchiveError.self) { try EditText(isEscaped: false).set(text) }
    }

    @Test(arguments: [
        "/a", "/a=", "/a=x0", "/a=n", "/a=n-1", "/a=n+1", "/a=n65536", "/a=n0,", "/a=n0:gone", "/a=n0:stale:stale",
        "/a=n0 ,r1",
    ])
    func whatIsNoListOfPermissionsIsRefused(_ text: String) {
        #expect(throws: ArchiveError.self) { try EditText(isEscaped: false).setPerms(text) }
    }

    @Test(arguments: [
        #"\"#, #"\x"#, #"\x1"#, #"\xg0"#, #"\x+1"#, #"\9"#, #"\40"#, #"\48 "#, #"\u"#, #"\u{}"#, #"\u{d800}"#,
        #"\u{110000}"#, #"\u{20"#, #"\a"#,
    ])
    func whatIsNoEscapeIsRefused(_ text: String) {
        #expect(throws: ArchiveError.self) { try EditText(isEscaped: true).set("/a=" + text) }
    }

    /// The output of `cat` for any value sets that value again.
    @Test(arguments: 0..<50) func theEscapesOfCatAreThoseOfSet(_ seed: Int) throws {
        var generator = StreamGenerator(seed: UInt64(seed), format: StreamFormat(layout: .v1))
        let value = generator.octets(200)
        let printed = String(decoding: ToolEscape.text(value), as: UTF8.self)
        #expect(try EditText(isEscaped: true).set("/a=" + printed) == .set(path("/a"), value: value), "seed \(seed)")
    }
}
