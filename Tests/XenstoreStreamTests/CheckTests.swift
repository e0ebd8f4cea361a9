import TestSupport
import Testing
import XenstoreStream

/// One oddity at a time: it is read, written again byte for byte, and found under its own rule.
@Suite struct CheckTests {
    private static let format = StreamFormat(layout: .v1)

    private static let plain: [RecordBody] = [
        .global(GlobalData(rwSocketFD: 3, secondFD: 6)), .connection(ConnectionData(connID: 1, ringOf: 0, evtchn: 5)),
        .connection(ConnectionData(connID: 2, ringOf: 4, evtchn: 6)),
        .watch(WatchData(connID: 2, wpath: TerminatedString("device"), token: TerminatedString("t"))),
        node("/"), node("/a"),
    ]

    private static func node(_ path: String, _ change: (inout NodeData) -> Void = { _ in }) -> RecordBody {
        var data = NodeData(
            path: TerminatedString(path), value: Octets("v".utf8), perms: [Permission(perm: 0x6E, domid: 0)])
        change(&data)
        return .node(data)
    }

    private static func connection(_ change: (inout ConnectionData) -> Void) -> RecordBody {
        var data = ConnectionData(connID: 3, socketFD: 9)
        change(&data)
        return .connection(data)
    }

    private static func stream(
        _ bodies: [RecordBody], _ format: StreamFormat = format, residues: [Int: Residue] = [:], flags: UInt32 = 0,
        end: OpaqueData? = nil,
        trailer: Octets = []
    ) throws -> [UInt8] {
        var header = Header(format: format)
        header.flags |= flags
        var writer = StreamWriter(header: header, format: format)
        for (index, body) in bodies.enumerated() { try writer.write(body, residue: residues[index]) }
        try writer.write(.opaque(end ?? OpaqueData(type: .end)))
        writer.write(trailer: trailer)
        return writer.bytes
    }

    /// The rules found in a stream, in order; also checks that the stream is written again byte for
    /// byte.
    private func rules(_ bytes: [UInt8], layout: Layout? = nil) throws -> [String] {
        let detection = try LayoutDetection(bytes: bytes, forced: layout)
        var reader = try StreamReader(bytes: bytes, format: detection.format)
        var writer = StreamWriter(header: reader.header, format: detection.format)
        var checker = ImageScan(header: reader.header, detection: detection, bytes: bytes)
        while let record = try reader.next() {
            try writer.write(record.body, residue: record.residue)
            checker.add(record)
        }
        writer.write(trailer: reader.trailer)
        #expect(writer.bytes == bytes)
        let findings = checker.finish(trailer: reader.trailer, size: bytes.count)
        for finding in findings { #expect(!finding.message.isEmpty && !finding.expected.isEmpty) }
        return findings.map(\.rule)
    }

    @Test func aPlainStreamHasNoFindings() throws {
        #expect(try rules(Self.stream(Self.plain)) == [])
    }

    /// Records that are odd by themselves or after those of a plain stream.
    private static let odd: [(Rule, RecordBody)] = [
        (.unknownType, .opaque(OpaqueData(type: RecordType(rawValue: 77), body: [1, 2, 3, 4, 5, 6, 7, 8]))),
        (
            .typeNotInLayout,
            .watchExtended(
                WatchDataExtended(connID: 2, wpath: TerminatedString("/a"), token: TerminatedString("t"), depth: 1))
        ),
        (.setPad, connection { $0.socketPad = 7 }), (.setPad, connection { $0.fields = 0x8000 }),
        (.setPad, .domain(DomainData(domid: 4, features: 1))), (.setPad, node("/b") { $0.perms[0].flags = 0x82 }),
        (.unterminated, node("/b") { $0.path.isTerminated = false }),
        (
            .unterminated,
            .watch(
                WatchData(connID: 2, wpath: TerminatedString("a"), token: TerminatedString([0x74], isTerminated: false))
            )
        ),
        (
            .innerNUL,
            .watch(WatchData(connID: 2, wpath: TerminatedString("a"), token: TerminatedString([0x74, 0, 0x74])))
        ),
        (.notUTF8, node("/b") { $0.value = [0xFF] }),
        (.connectionType, connection { ($0.connType, $0.connSpec) = (9, [1, 2, 3, 4, 5, 6, 7, 8]) }),
        (.connIDZero, connection { $0.connID = 0 }),
        (.reservedDomid, .connection(ConnectionData(connID: 3, ringOf: 0x7FF1, evtchn: 1))),
        (.outRespLength, connection { ($0.outData, $0.outRespLength) = ([1], 2) }),
        (.permLetter, node("/b") { $0.perms.append(Permission(perm: 0x78, domid: 4)) }),
        (.noPerms, node("/b") { $0.perms = [] }),
        (.manyPerms, node("/b") { $0.perms = Array(repeating: Permission(perm: 0x72, domid: 0), count: 300) }),
        (.committedTransaction, node("/b") { $0.txID = 5 }), (.committedTransaction, node("/b") { $0.access = 2 }),
        (.pathForm, node("/a/") { _ in }),
        (.pathForm, .watch(WatchData(connID: 2, wpath: TerminatedString(""), token: TerminatedString("")))),
        (.pathCharacters, node("/b c")),
        (
            .pathLength,
            .watch(
                WatchData(
                    connID: 2, wpath: TerminatedString("/" + String(repeating: "x", count: 3071)),
                    token: TerminatedString("t")))
        ),
        (.quotaName, .domain(DomainData(domid: 4, quotas: [Quota(name: [], value: 1)]))),
        (.repeatedRecord, .global(GlobalData(rwSocketFD: 3, secondFD: 6))),
        (.duplicateConnection, connection { $0.connID = 2 }),
        (.duplicateDomain, .connection(ConnectionData(connID: 3, ringOf: 4, evtchn: 1))),
        (.unknownConnection, .watch(WatchData(connID: 99, wpath: TerminatedString("a"), token: TerminatedString("t")))),
        (.unknownConnection, .transaction(TransactionData(connID: 99, txID: 1))),
        (.unknownTarget, .connection(ConnectionData(connID: 3, ringOf: 5, tdomid: 6, evtchn: 1))),
        (.duplicateNode, node("/a")), (.missingParent, node("/x/y")),
        (.ownerWithoutConnection, node("/b") { $0.perms[0].domid = 12 }),
    ]

    @Test func eachOddRecordIsFoundUnderItsRule() throws {
        for (rule, body) in Self.odd {
            let found = try rules(Self.stream(Self.plain + [body]), layout: .v1)
            #expect(found == [rule.rawValue], "\(rule.rawValue): \(body)")
        }
    }

    @Test func pathsThatAreNoTextAreFound() throws {
        let found = try rules(Self.stream(Self.plain + [Self.node("/") { $0.path = TerminatedString([0x2F, 0xFF]) }]))
        #expect(found == ["not-utf8", "path-characters"])
        let inner = try rules(
            Self.stream(Self.plain + [Self.node("/") { $0.path = TerminatedString([0x2F, 0x62, 0, 0x63]) }]))
        #expect(inner == ["inner-nul", "path-characters"])
    }

    @Test func pendingNodesAreHeldAgainstTheirTransaction() throws {
        let transaction = RecordBody.transaction(TransactionData(connID: 2, txID: 7))
        let pending = Self.node("/b") { ($0.connID, $0.txID, $0.access) = (2, 7, 2) }
        #expect(try rules(Self.stream(Self.plain + [transaction, pending])) == [])
        #expect(try rules(Self.stream(Self.plain + [pending])) == ["unknown-transaction"])
        let stranger = Self.node("/b") { ($0.connID, $0.txID, $0.access) = (9, 7, 2) }
        #expect(try rules(Self.stream(Self.plain + [stranger])) == ["unknown-transaction", "unknown-connection"])
        let deleted = Self.node("/b") { ($0.connID, $0.txID, $0.access) = (2, 7, 0) }
        #expect(try rules(Self.stream(Self.plain + [transaction, deleted])) == ["pending-access"])
    }

    @Test func recordsInAnyOrderAreRead() throws {
        let found = try rules(Self.stream(Self.plain.reversed()))
        #expect(found == ["late-parent", "late-connection"])
    }

    @Test func whatSurroundsTheRecordsIsFound() throws {
        #expect(try rules(Self.stream(Self.plain, flags: 0x8000_0002)) == ["reserved-flags"])
        #expect(try rules(Self.stream(Self.plain, trailer: [1, 2, 3])) == ["trailer"])
        #expect(
            try rules(Self.stream(Self.plain, end: OpaqueData(type: .end, body: [0, 0, 0, 0, 0, 0, 0, 0]))) == [
                "end-body"
            ])
        #expect(try rules(Self.stream([]), layout: .v1) == ["no-records"])
        let whole = try Self.stream(Self.plain)
        #expect(try rules(whole + whole[16...]) == ["records-behind-end"])
    }

    @Test func whatTheFieldsDoNotExplainIsFound() throws {
        let padding = try Self.stream(Self.plain, residues: [4: Residue(tail: [9])])
        #expect(try rules(padding) == ["dirty-padding"])
        let slack = try Self.stream(
            Self.plain, residues: [0: Residue(length: 24, tail: Octets(repeating: 5, count: 16))])
        #expect(try rules(slack) == ["slack"])
        var data = ConnectionData(connID: 3, socketFD: 9)
        (data.fields, data.uniqueID, data.outData) = (1, 8, [1])
        let alignment = try Self.stream(
            Self.plain + [.connection(data)], residues: [6: Residue(alignment: [1, 2, 3, 4, 5, 6, 7])])
        #expect(try rules(alignment) == ["dirty-padding"])
    }

    @Test func aRecordWithinTheSlackOfAnotherIsFound() throws {
        var hidden = StreamWriter(header: nil, format: Self.format)
        try hidden.write(Self.node("/hidden"))
        let tail = Octets(hidden.bytes)
        let bytes = try Self.stream(Self.plain, residues: [0: Residue(length: UInt32(8 + tail.count), tail: tail)])
        #expect(try rules(bytes) == ["slack", "hidden-record"])
        // In an unpadded body, the first bytes after the fields are where its padding would be.
        let padding = Octets(repeating: 0, count: 7)
        let behind = try Self.stream(
            Self.plain, residues: [3: Residue(length: UInt32(24 + tail.count), tail: padding + tail)])
        #expect(try rules(behind) == ["slack", "hidden-record"])
    }

    @Test func onlyAHundredFindingsOfARuleAreListed() throws {
        let many = (0..<250).map { Self.node("/b\($0)") { $0.txID = 1 } }
        let found = try rules(Self.stream(Self.plain + many))
        #expect(found.count == ImageScan.findingsPerRule + 1)
    }

    @Test func messagesCarryNothingThatSteersATerminal() throws {
        let bytes = try Self.stream(
            Self.plain + [Self.node("/") { $0.path = TerminatedString("/\u{1B}[2J\u{202E}\n") }])
        let detection = try LayoutDetection(bytes: bytes)
        var reader = try StreamReader(bytes: bytes, format: detection.format)
        var checker = ImageScan(header: reader.header, detection: detection, bytes: bytes)
        while let record = try reader.next() { checker.add(record) }
        for finding in checker.finish(trailer: [], size: bytes.count) {
            #expect(finding.message.unicodeScalars.allSatisfy { !Escape.isUnsafe($0) }, "\(finding.message)")
        }
    }

    @Test func everyRuleIsFoundBySomeTest() {
        // Rules that other tests cover: damaged files, layouts, texts and databases.
        let elsewhere: Set<Rule> = [
            .noHeader, .headerVersion, .headerByteOrder, .layoutLikely, .layoutUndecided, .noEnd, .damagedSpan,
            .lengthLies, .lengthRule, .watchWithoutDepth,
            .unknownLine, .oddLine, .cutLine,
            .otherText, .textEncoding, .quotedPrintable, .carriageReturns, .quotedText, .unwrappedLine, .cutValue,
            .unknownValue,
            .cutName, .treeIndentation, .unknownRoot, .filteredListing, .listingError,
            .tdbTailer, .tdbHash, .tdbChain, .tdbFreeList, .tdbData, .freedRecord, .missingChild, .unnamedChild,
        ]
        let here: Set<Rule> = Set(Self.odd.map(\.0)).union([
            .reservedFlags, .endBody, .trailer, .recordsBehindEnd, .noRecords, .slack, .hiddenRecord, .dirtyPadding,
            .unknownTransaction, .pendingAccess,
            .lateConnection, .lateParent,
        ])
        #expect(here.union(elsewhere) == Set(Rule.allCases))
    }
}
