import TestSupport
import Testing

@testable import XenstoreStream

/// The trace log of the C xenstored, in the forms of its versions.
@Suite struct TraceLogTests {
    private func message(_ text: String, _ payload: String) -> String {
        "\(text) 20261125 21:52:38 \(payload)\n"
    }

    @Test func aValueWithNewlinesIsOneRecord() throws {
        let log = try ReadLog.fixture("xenstored-4.17-trace.log")
        let event = try #require(log.records.first { $0.operation == .write })
        #expect(log.value(event) == Array("x\n)\nIN y z".utf8))
        #expect(event.lineCount == 3)
        #expect(log.gap == nil)
    }

    @Test(arguments: [
        ("IN 0x1f", "OUT 0x1f"), ("io: IN 0x1f", "io: OUT 0x1f"), ("io: IN 0x1f (d7)", "io: OUT 0x1f (d7)"),
        ("IN 0x1f (d7)", "OUT(START) 0x1f (d7)"),
    ])
    func eachFormIsRead(_ request: String, _ reply: String) throws {
        let log = try ReadLog(
            message(request, "WRITE (data/x a b)") + message(reply, "WRITE (OK )")
                + message(request, "READ (data/y )") + message(reply, "ERROR (ENOENT )"))
        let isNamed = request.contains("(d7)")
        let home = isNamed ? "/local/domain/7/" : ""
        #expect(
            log.lines == [
                "0x1f write \(home)data/x 'a b' ok", "0x1f reply <OK >", "0x1f read \(home)data/y <> = ENOENT ",
                "0x1f error <ENOENT >",
            ])
        #expect(log.records.allSatisfy { log.domid($0) == (isNamed ? 7 : nil) })
        #expect(log.records.allSatisfy { !$0.shape.contains(.verbatim) })
    }

    @Test func theEndOfAMessageIsNoSecondReply() throws {
        let log = try ReadLog(
            message("io: IN 0x1f (d7)", "WRITE (/a 1)") + message("io: OUT(START) 0x1f (d7)", "WRITE (OK )")
                + message("io: IN 0x1f (d7)", "WRITE (/b 1)") + message("io: OUT(END) 0x1f (d7)", "WRITE (OK )"))
        #expect(log.lines.filter { $0.contains(" write ") } == ["0x1f write /a '1' ok", "0x1f write /b '1'"])
    }

    /// A value that looks like a record is none if the record that it is in has not ended before.
    @Test func aForgedRecordInAValueIsNone() throws {
        let forged = "IN 0x2f 20261125 21:52:38 WRITE (/forged 1"
        let log = try ReadLog(
            message("IN 0x1f", "WRITE (/a x\n\(forged))") + message("OUT 0x1f", "WRITE (OK )"))
        #expect(log.lines.count == 2)
        #expect(!log.lines.contains { $0.contains("0x2f write") })
    }

    /// docs/logs.md says so: this cannot be distinguished from two records.
    @Test func aForgedRecordAfterAParenthesisIsTakenForOne() throws {
        let forged = "IN 0x2f 20261125 21:52:38 WRITE (/forged 1"
        let log = try ReadLog(message("IN 0x1f", "WRITE (/a x)\n\(forged))"))
        #expect(log.lines == ["0x1f write /a 'x'", "0x2f write /forged '1'"])
    }

    @Test func aRecordWithoutAnEndIsALine() throws {
        let long = String(repeating: "y\n", count: 3000)
        let log = try ReadLog(message("IN 0x1f", "WRITE (/a x\n" + long) + message("IN 0x1f", "READ (/a )"), .trace)
        #expect(log.lines == ["0x1f read /a <>"])
        #expect(log.gap == nil)
        #expect(log.scan.otherCount == 3002)
    }

    @Test func aConnectionMadeWhileADomainIsIntroducedIsTheDomains() throws {
        let log = try ReadLog.fixture("xenstored-4.17-trace.log")
        let made = log.scan.connections.filter { $0.opened != nil }
        // What restores its state makes connections before it says that the store was checked.
        #expect(made.map(\.domid) == [nil, 0, 3])
    }

    @Test func twoTransactionsOfAConnectionAreNotToldApart() throws {
        func ask(_ payload: String) -> String { message("IN 0x1f", payload) }
        func answer(_ payload: String) -> String { message("OUT 0x1f", payload) }
        let start = ask("TRANSACTION_START ( )")
        let log = try ReadLog(
            start + answer("TRANSACTION_START (1 )") + ask("WRITE (/a 1)") + answer("WRITE (OK )") + start
                + answer("TRANSACTION_START (2 )") + ask("WRITE (/b 1)") + answer("WRITE (OK )"))
        let writes = log.records.filter { $0.operation == .write }
        #expect(writes.map(\.tid) == [1, -1])
    }
}
