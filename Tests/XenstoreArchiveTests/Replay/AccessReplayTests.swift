import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// The state at a moment, by the access log of oxenstored.
@Suite struct AccessReplayTests {
    private let fixture: ReplayFixture

    init() throws {
        fixture = try ReplayFixture()
        try fixture.image(["/x = 1 (n0)", "/x/y =  (n3,r4)"], at: "2026-11-25T21:00:05.000Z")
    }

    /// A log that begins before the image and ends at 21:00:59, with nothing of importance there.
    private func log(_ lines: [String], reads: Bool = true) throws {
        let start = ["1 A1 newconn", "1 A2 newconn", "1 D3 newconn"] + (reads ? ["2 A1 read /x"] : [])
        let end = [
            "50 A1 write /z 1", "50 A2 write /z 1", "50 D3 write /none 1", "50 D3 error EACCES", "59 A1 mkdir /z",
        ]
        try fixture.log(start + lines + end)
    }

    @Test func theStateIsThatOfTheImageAndWhatHappenedSince() throws {
        try log([
            "4 A1 write /before 1", "10 A1 write /x 2", "11 A2 write /a/b c", "12 A1 rm /x/y ", "13 A1 write /x 3",
        ])
        #expect(try fixture.state("09").nodes == ["/x = 1 (n0)", "/x/y =  (n3,r4)"])
        #expect(try fixture.state("10").nodes == ["/x = 2 (n0)", "/x/y =  (n3,r4)"])
        #expect(try fixture.state("12").nodes == ["/x = 2 (n0)", "/a =  (n0)", "/a/b = c (n0)"])
        let last = try fixture.state("latest")
        #expect(last.nodes == ["/x = 3 (n0)", "/a =  (n0)", "/a/b = c (n0)", "/z = 1 (n0)"])
        // It is not known whether the last request of all succeeded, but it made no node.
        #expect(last.notes == [])
    }

    @Test func aTimeWithMillisecondsIsExact() throws {
        try log(["10.100 A1 write /x 2", "10.200 A1 write /x 3"])
        #expect(try fixture.state("10.099").nodes.first == "/x = 1 (n0)")
        #expect(try fixture.state("10.100").nodes.first == "/x = 2 (n0)")
        // A time without them is the end of that second.
        #expect(try fixture.state("10").nodes.first == "/x = 3 (n0)")
    }

    @Test func requestsThatFailedChangeNothing() throws {
        try log(["10 D3 write /x 2", "10 D3 error EACCES ", "11 A1 rm /none/y ", "11 A1 error ENOENT "])
        #expect(try fixture.state("20") == (["/x = 1 (n0)", "/x/y =  (n3,r4)"], []))
    }

    @Test func transactionsCountWhenTheyAreCommitted() throws {
        try log([
            "3 A1.1 t_start", "4 A1.1 write /x early", "10 A1.1 write /n/m 1", "11 A2 write /x 2", "12 A1.1 t_end",
            "12 A1.1 coalesce write /n", "13 A1.2 t_start", "13 A1.2 write /x aborted", "14 A1.2 t_end",
            "15 A2.3 t_start", "15 A2.3 rm /x ", "16 A2.3 t_end", "16 A2.3 conflict",
        ])
        #expect(try fixture.state("11").nodes == ["/x = 2 (n0)", "/x/y =  (n3,r4)"])
        #expect(
            try fixture.state("20").nodes == ["/x = early (n0)", "/x/y =  (n3,r4)", "/n =  (n0)", "/n/m = 1 (n0)"])
    }

    /// What is done again has no answers: what failed the first time fails again.
    @Test func aTransactionThatIsDoneAgainHasTheOutcomesOfTheFirstTime() throws {
        try log([
            "10 A2.3 write /x 2", "10 A2.3 setperms /none n0 ", "10 A2.3 error ENOENT ", "11 A2.3 conflict",
            "11 r(3):A2.4 write /x 2", "11 r(3):A2.4 setperms /none n0 ", "11 r(3):A2.4 commit",
        ])
        #expect(try fixture.state("20") == (["/x = 2 (n0)", "/x/y =  (n3,r4)"], []))
    }

    @Test func theEndOfADomainTakesItsNodesAndEntries() throws {
        try log([
            "10 A1 write /x/y/z 1", "10 A1 setperms /x n0 b3 ", "11 D3 endconn", "12 D3 newconn",
            "12 A1 introduce 3 1 3",
        ])
        #expect(try fixture.state("10").nodes == ["/x = 1 (n0,b3)", "/x/y =  (n3,r4)", "/x/y/z = 1 (n3,r4)"])
        #expect(try fixture.state("20").nodes == ["/x = 1 (n0)"])
    }

    @Test func aValueThatTheDaemonCutIsKnownInPart() throws {
        let long = String(repeating: "v", count: 200)
        let cut = String(ReplayFixture.accessLine("10 A1 write /x \(long)").prefix(178)) + "..\n"
        let bytes =
            ReplayFixture.accessLine("1 A1 newconn") + ReplayFixture.accessLine("2 A1 read /x") + cut
            + ReplayFixture.accessLine("11 A1 write /x/y [omitted]") + ReplayFixture.accessLine("12 A1 read /x")
        _ = try LogImporter(fixture.archive, run: 1).store(
            Array(bytes.utf8), .access, label: ImageLabel(name: "access.log", series: "main"), from: Provenance())
        let state = try fixture.state("12")
        #expect(state.nodes[0].hasPrefix("/x = vvv"))
        #expect(state.nodes[0].hasSuffix("v... (n0)"))
        #expect(state.nodes[1] == "/x/y = ? (n3,r4)")
        #expect(state.notes == [])
    }

    // MARK: What the log does not say

    @Test func aRequestWhoseOutcomeIsNotInTheLogLeavesItsNodeUnknown() throws {
        try fixture.log(["1 A1 newconn", "2 A1 read /x", "3 A2 newconn", "10 A2 write /x 2", "11 A1 write /x/y 3"])
        let state = try fixture.state("latest")
        #expect(state.nodes == ["/x = ? (n0)", "/x/y = ? (n3,r4)"])
        #expect(state.notes.count == 1)
        #expect(state.notes[0].contains("2 paths is unknown, the first is \"/x\""))
    }

    /// By default, errors that a node does not exist are not in the log, nor are reads that fail.
    @Test func aLogWithoutReadsIsReadByTheRulesOfTheDaemon() throws {
        try log(
            [
                "10 A1 rm /none ", "10 A1 setperms /nothing n0 ", "10 A1 setperms /x n0 b4 ", "11 D3 write /x 2",
                "11 D3 error EACCES ", "12 D3 write /x/y 2", "12 D3 error EACCES ", "13 D3 write /x/y/q 2",
                "13 D3 error EQUOTA ",
            ], reads: false)
        let state = try fixture.state("20")
        // The error after the second write is that of a read: the domain may write its node.
        #expect(state.nodes == ["/x = 1 (n0,b4)", "/x/y = 2 (n3,r4)"])
        #expect(state.notes.count == 1)
        #expect(state.notes[0].contains("1 path is unknown, the first is \"/x/y/q\""))
    }

    @Test func afterAGapOnlyWhatWasChangedSinceIsKnown() throws {
        try fixture.log(["1 A1 newconn", "2 A1 read /x", "10 A1 write /x 2", "11 A1 read /x"], "access.log.1", run: 1)
        try fixture.log(["30 A1 write /x/y 3", "31 A1 read /x", "32 A1 read /x"], "access.log", run: 2)
        #expect(try fixture.state("11") == (["/x = 2 (n0)", "/x/y =  (n3,r4)"], []))
        #expect(throws: ArchiveError.self, "nothing is known of the gap") { try fixture.state("20") }
        let state = try fixture.state("31")
        #expect(state.nodes == ["/x = ? (?)", "/x/y = 3 (?)"])
        #expect(state.notes.count == 1)
        #expect(state.notes[0].contains("between 2026-11-25T21:00:11Z and 2026-11-25T21:00:30Z"))
        let image = try fixture.replay("@main@2026-11-25T21:00:31Z").image
        #expect(!image.coverage.covers(.nodes, Octets("/other".utf8)))
    }

    @Test func filesOfARotationAreReplayedAsOne() throws {
        try fixture.log(
            ["1 A1 newconn", "2 A1 read /x", "10 A1.4 write /x 2", "11 A1 write /x/y 1"], "access.log.1", run: 1)
        try fixture.log(["30 A1.4 write /x 3", "31 A1.4 commit", "32 A1 read /x"], "access.log", run: 1)
        #expect(try fixture.state("30").nodes == ["/x = 1 (n0)", "/x/y = 1 (n3,r4)"])
        #expect(try fixture.state("32") == (["/x = 3 (n0)", "/x/y = 1 (n3,r4)"], []))
    }

    @Test func aLogThatBeginsAfterTheImageSaysOnlyWhatChangedSince() throws {
        try fixture.log(["30 A1 write /x/y 3", "31 A1 read /x", "32 A1 read /x"])
        let state = try fixture.state("31")
        #expect(state.nodes == ["/x = ? (?)", "/x/y = 3 (?)"])
        #expect(state.notes.first?.contains("the log begins after the image, at 2026-11-25T21:00:30Z") == true)
    }

    @Test func aDaemonThatWasStartedAgainHasAnotherStore() throws {
        try log(["10 A7 newconn", "11 A1 newconn", "12 A1 write /new 1", "13 A1 read /new"])
        let state = try fixture.state("20")
        #expect(state.nodes == ["/new = 1 (?)"])
        #expect(state.notes.first?.contains("started again at 2026-11-25T21:00:11Z") == true)
    }

    @Test func aLiveUpdateKeepsTheStore() throws {
        try log(["10 A7 newconn", "11  debug Live update begin", "12 A7 newconn", "13 A7 write /x 2", "14 A7 read /x"])
        #expect(try fixture.state("20").nodes.first == "/x = 2 (n0)")
    }

    // MARK: Which image, which log

    @Test func theLastImageBeforeTheMomentIsTaken() throws {
        try log(["10 A1 write /x 2", "20 A1 write /x 3", "20 A1 read /x"])
        try fixture.image(["/x = other (n0)"], at: "2026-11-25T21:00:15.000Z", name: "second")
        try fixture.image(["/x = unknown (n0)"], at: nil, name: "without a time")
        #expect(try fixture.state("12").nodes == ["/x = 2 (n0)", "/x/y =  (n3,r4)"])
        #expect(try fixture.state("16").nodes == ["/x = other (n0)"])
        #expect(try fixture.state("21", of: "second").nodes == ["/x = 3 (n0)"])
        // An id says with which image to begin.
        #expect(try fixture.state("16", of: "1").nodes == ["/x = 2 (n0)", "/x/y =  (n3,r4)"])
    }

    /// Both are of one second, and what the image has already is done once more.
    @Test func theSecondOfAnImageIsReplayedOnTopOfIt() throws {
        let other = try ReplayFixture()
        try other.image(["/x = 2 (n0)", "/x/y =  (n0)"], at: "2026-11-25T21:00:05Z")
        try other.log([
            "1 A1 newconn", "2 A1 read /x", "5.100 A1 write /x 1", "5.200 A1 write /x 2", "5.300 A1 rm /x/y ",
            "5.400 A1 setperms /x n3 ", "5.500 A1 write /x/y 1", "5.600 A1 write /x 4", "6 A1 read /x",
        ])
        let state = try other.state("06")
        // Whether the image is from before the permissions were set is not known.
        #expect(state.nodes == ["/x = 4 (n3)", "/x/y = 1 (?)"])
    }

    @Test func whatNothingCanSayIsRefusedInOneLine() throws {
        #expect(throws: ArchiveError.self) { try fixture.state("10") }
        try log([])
        for (time, part) in [
            ("2026-11-25T22:00:00Z", "end at 2026-11-25T21:00:59Z"), ("2026-11-25T21:00:04Z", "first image"),
        ] {
            do {
                _ = try fixture.replay("@main@\(time)")
                Issue.record("\(time) was replayed")
            } catch let error as ArchiveError {
                #expect(error.description.contains(part), "\(error)")
                #expect(error.description.contains("@main@\(time)"), "\(error)")
            }
        }
    }
}
