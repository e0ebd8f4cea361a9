import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// The state at a moment, by the trace log of a C xenstored.
@Suite struct TraceReplayTests {
    private let fixture: ReplayFixture

    init() throws {
        fixture = try ReplayFixture()
        try fixture.image(["/x = 1 (n0,w3)", "/own =  (n3)", "/kept =  (n3)"], at: "2026-11-25T21:00:05.500Z")
    }

    /// Lines like `10 0xa WRITE (/x 1)`: seconds after 21:00 of the host's time, the connection,
    /// and what is asked; with `>` before the word, it is a reply. Others are taken as they are.
    private func trace(_ lines: [String], hour: Int = 21, modified: String? = nil) throws {
        let start = ["", "***", "CREATE connection 0xa", "1 0xa READ (/x )", "1 0xa >READ (1)"]
        let end = ["59 0xa READ (/x )", "59 0xa >READ (1)"]
        let text = (start + lines + end).map { line -> String in
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, let second = Int(words[0]) else { return line + "\n" }
            let clock = "\(hour):00:\(second < 10 ? "0" : "")\(second)"
            let isReply = words[2].first == ">"
            let text = isReply ? String(words[2].dropFirst()) : words[2]
            return "\(isReply ? "OUT" : "IN") \(words[1]) 20261125 \(clock) \(text)\n"
        }.joined()
        try fixture.trace(text, modified: modified)
    }

    /// The log says nothing about its zone, unless its file does.
    private let written = "2026-11-25T21:00:59Z"

    @Test func aNewNodeBelongsToTheDomainThatMakesIt() throws {
        try trace(
            [
                "8 0xa INTRODUCE (3 1 2 )", "CREATE connection 0xb", "8 0xa >INTRODUCE (OK )", "10 0xb WRITE (/x/y 2)",
                "10 0xb >WRITE (OK )", "11 0xb WRITE (/own/y 2)", "11 0xb >ERROR (ENOSPC )", "12 0xa RM (/kept )",
                "12 0xa >RM (OK )",
            ], modified: written)
        #expect(try fixture.state("20") == (["/x = 1 (n0,w3)", "/x/y = 2 (n3,w3)", "/own =  (n3)"], []))
    }

    @Test func transactionsCountAtTheirEnd() throws {
        try trace(
            [
                "10 0xa TRANSACTION_START ( )", "10 0xa >TRANSACTION_START (7 )", "11 0xa WRITE (/x 2)",
                "11 0xa >WRITE (OK )", "20 0xa TRANSACTION_END (T )", "20 0xa >TRANSACTION_END (OK )",
                "30 0xa TRANSACTION_START ( )", "30 0xa >TRANSACTION_START (8 )", "31 0xa WRITE (/x 3)",
                "31 0xa >WRITE (OK )", "32 0xa TRANSACTION_END (T )", "32 0xa >ERROR (EAGAIN )",
            ], modified: written)
        #expect(try fixture.state("15").nodes.first == "/x = 1 (n0,w3)")
        #expect(try fixture.state("25").nodes.first == "/x = 2 (n0,w3)")
        #expect(try fixture.state("40").nodes.first == "/x = 2 (n0,w3)")
    }

    /// A trace log does not say in which of two open transactions a request is.
    @Test func twoOpenTransactionsLeaveTheirNodesUnknown() throws {
        try trace(
            [
                "10 0xa TRANSACTION_START ( )", "10 0xa >TRANSACTION_START (7 )", "10 0xa TRANSACTION_START ( )",
                "10 0xa >TRANSACTION_START (8 )", "11 0xa WRITE (/x 2)", "11 0xa >WRITE (OK )",
                "12 0xa TRANSACTION_END (T )", "12 0xa >TRANSACTION_END (OK )", "13 0xa WRITE (/own 2)",
                "13 0xa >WRITE (OK )", "14 0xa TRANSACTION_END (F )", "14 0xa >TRANSACTION_END (OK )",
                "15 0xa WRITE (/kept 2)", "15 0xa >WRITE (OK )",
            ], modified: written)
        let state = try fixture.state("20")
        #expect(state.nodes == ["/x = ? (n0,w3)", "/own = ? (n3)", "/kept = 2 (n3)"])
        #expect(state.notes.count == 1)
    }

    /// The daemon says which nodes of a domain it removes.
    @Test func theEndOfADomainIsInTheLog() throws {
        try trace(
            [
                "10 0xa RELEASE (3 )", "DESTROY connection 0xb", "orphaned node /own deleted", "10 0xa >RELEASE (OK )",
            ], modified: written)
        let state = try fixture.state("20")
        #expect(state.nodes == ["/x = 1 (n0,w3)", "/kept =  (?)"])
        #expect(state.notes.first?.contains("1 path is unknown, the first is \"/kept\"") == true)
    }

    @Test func aLogThatWasOpenedAgainMayLackLines() throws {
        try trace(
            ["10 0xa WRITE (/x 2)", "10 0xa >WRITE (OK )", "", "***", "20 0xa WRITE (/own 3)", "20 0xa >WRITE (OK )"],
            modified: written)
        #expect(try fixture.state("10").nodes.first == "/x = 2 (n0,w3)")
        let state = try fixture.state("30")
        #expect(state.nodes == ["/own = 3 (?)"])
        #expect(state.notes.first?.contains("opened its log again") == true)
    }

    // MARK: Time

    @Test func theZoneOfALogFollowsFromWhenItsFileWasWritten() throws {
        try trace(["10 0xa WRITE (/x 2)", "10 0xa >WRITE (OK )"], hour: 23, modified: written)
        #expect(try fixture.state("09") == (["/x = 1 (n0,w3)", "/own =  (n3)", "/kept =  (n3)"], []))
        #expect(try fixture.state("10").nodes.first == "/x = 2 (n0,w3)")
    }

    /// A trace log has whole seconds, so what is in the second of the image may be from before it.
    @Test func theSecondOfAnImageIsReplayedWhateverItsFraction() throws {
        try trace(
            ["5 0xa WRITE (/x 2)", "5 0xa >WRITE (OK )", "7 0xa RM (/own )", "7 0xa >RM (OK )"], modified: written)
        #expect(try fixture.state("06.100").nodes == ["/x = 2 (n0,w3)", "/own =  (n3)", "/kept =  (n3)"])
        #expect(try fixture.state("07.100").nodes == ["/x = 2 (n0,w3)", "/kept =  (n3)"])
    }

    @Test func withoutItTheTimesAreTakenAsUTCAndThatIsSaid() throws {
        try trace(["10 0xa WRITE (/x 2)", "10 0xa >WRITE (OK )"], modified: "2026-11-25T21:07:00Z")
        let state = try fixture.state("10")
        #expect(state.nodes.first == "/x = 2 (n0,w3)")
        #expect(state.notes.count == 1)
        #expect(state.notes[0].contains("time zone"))
    }
}
