import TestSupport
import Testing

@testable import XenstoreStream

/// The access log of oxenstored, line by line.
@Suite struct AccessLogTests {
    private let start = "[20261125T21:50:25.326Z]  "

    @Test func aLineGivesConnectionOperationPathAndValue() throws {
        let log = try ReadLog.fixture("oxenstored-access-rotated.log.1")
        #expect(
            Array(log.lines.prefix(9)) == [
                "A1 newconn <>", "A2 newconn <>", "A1 endconn <>", #"A2 write /a/b 'he\x01l\n"lo\\' ok"#,
                #"A2 write /a/bin ' \xff\x80\n' ok"#, "A2 setperms /a/b <n0 r3 >", "A2 watch /a <tok > ok",
                "A2 w event /a <tok >", "A2 write /r/0 'x' ok",
            ])
        #expect(log.scan.events.allSatisfy { !$0.shape.contains(.verbatim) })
        #expect(log.records.first?.time == 1_795_643_425_326)
    }

    @Test func aNarrowerFormIsReadToo() throws {
        let log = try ReadLog.fixture("oxenstored-access-eacces.log")
        #expect(
            log.lines == [
                "D5 write /local/domain/5/control/feature-balloon '1' = EACCES", "D5 error <EACCES>",
                "D5 write /local/domain/5/data/updated 'Wed Apr 12 01:48:27 CEST 2023'",
            ])
        #expect(log.scan.events.allSatisfy { $0.shape.contains(.narrow) && !$0.shape.contains(.verbatim) })
    }

    @Test func aRelativePathOfASocketIsInTheHomeOfDomain0() throws {
        let log = try ReadLog.fixture("oxenstored-access.log")
        #expect(log.lines.last?.contains("w event /local/domain/0/backend/qdisk/1311/5632 <e4456ca4") == true)
    }

    @Test func aCutLineIsIncompleteAndOthersAreNot() throws {
        let log = try ReadLog.fixture("oxenstored-4.17-script-all.log")
        let cut = log.records.filter { $0.shape.contains(.incomplete) }
        #expect(cut.count == 1)
        let event = try #require(cut.first)
        #expect(event.range.count == 180)
        #expect(log.value(event).map { Set($0) } == [UInt8(ascii: "x")])
    }

    @Test func twoDotsAtTheEndOfAnotherLineAreNoCut() throws {
        let short = start + "A1           write     /a and so on..\n"
        let long = start + "A1           write     /a " + String(repeating: "y", count: 80) + "\n"
        #expect(try ReadLog(short + long).records.allSatisfy { !$0.shape.contains(.incomplete) })
    }

    @Test func anEscapeThatTheCutSplitsIsLeftOut() throws {
        let data = String(repeating: "y", count: 125)
        let log = try ReadLog(start + "A1           write     /a " + data + "\\25..\n")
        let event = try #require(log.records.first)
        #expect(event.shape.contains(.incomplete))
        #expect(log.value(event) == Array(data.utf8))
    }

    @Test func aMaskedValueIsUnknown() throws {
        for mask in ["[omitted]", "<filtered for security>"] {
            let log = try ReadLog(start + "D7           write     data/clipboard \(mask)\n")
            let event = try #require(log.records.first)
            #expect(log.value(event) == nil)
            #expect(event.shape.contains(.incomplete))
        }
    }

    @Test func blanksThatAPasteLostAtTheEndAreNoMatter() throws {
        let log = try ReadLog(start + "A1           newconn\n" + start + "A1           endconn\n")
        #expect(log.lines == ["A1 newconn <>", "A1 endconn <>"] || log.lines == ["A1 newconn", "A1 endconn"])
        #expect(log.scan.otherCount == 0)
    }

    @Test(arguments: [
        "Nov 25 21:50:25 host xenstored: ", "Nov 25 21:50:25 host xenstored[1234]: ",
        "2026-11-25T22:50:25.326123+01:00 host oxenstored: ",
    ])
    func theSyslogFormIsRead(_ prefix: String) throws {
        let text = [
            "D5           write     data/x 1", "D5.3         write     data/y 2",
            "             debug     Live update begin",
        ].map { prefix + $0 + "\n" }.joined()
        let log = try ReadLog(text)
        #expect(log.scan.form == .syslog)
        #expect(
            log.lines == [
                "D5 write /local/domain/5/data/x '1' ok", "D5 write /local/domain/5/data/y '2'",
                " debug <Live update begin>",
            ])
        #expect(log.records.allSatisfy { !$0.shape.contains(.verbatim) })
        // The classic form does not say the year.
        #expect(log.records.first?.time == (prefix.hasPrefix("Nov") ? LogEvent.noTime : 1_795_643_425_326))
    }

    @Test func linesThatAreNoRecordsAreKept() throws {
        let text = start + "A1           newconn   \nnothing of this form\n\n" + start + "A1           fly       /a\n"
        let log = try ReadLog(text + start + "A1           endconn   ")
        #expect(log.scan.otherCount == 3)
        #expect(log.gap == nil)
        #expect(log.records.count == 2)
    }

    @Test func otherTextsAreNoLogs() {
        for name in ["xen-4.17-small.bin", "oxenstored-4.17-small.dump", "listings/xen-4.17-small.ls-fp.txt"] {
            #expect(LogForm.detect(Fixtures.bytes(name)) == nil, "\(name)")
        }
        #expect(LogForm.detect([]) == nil)
    }
}
