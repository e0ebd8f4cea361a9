import TestSupport
import Testing

@testable import XenstoreStream

/// What pairs the records of logs that real daemons wrote: the same script on oxenstored with all
/// operations in the log, with its default, and on the C xenstored.
@Suite struct LogPairingTests {
    private static let all = "oxenstored-4.17-script-all.log"
    private static let standard = "oxenstored-4.17-script-default.log"
    private static let trace = "xenstored-4.17-script-trace.log"

    private func outcomes(_ log: ReadLog, _ operation: LogOperation, _ path: String) -> [String] {
        log.records.filter { $0.operation == operation && $0.path >= 0 }
            .filter { log.scan.paths[$0.path].elementsEqual(path.utf8) }
            .map { event in
                let word =
                    event.outcome < 0
                    ? "?" : event.outcome == 0 ? "ok" : String(log.line(event).split(separator: "=").last ?? "")
                return "\(word.trimmed) \(log.result(of: event)?.rawValue ?? "-")"
            }
    }

    @Test(arguments: [all, standard, trace])
    func requestsHaveTheirErrors(_ name: String) throws {
        let log = try ReadLog.fixture(name)
        #expect(outcomes(log, .write, "/local/domain/0/x") == ["EACCES -"])
        #expect(outcomes(log, .write, "/bad") == ["EINVAL -"])
        #expect(outcomes(log, .write, "/local/domain/3/data/x") == ["ok -"])
        #expect(outcomes(log, .watch, "/local/domain/3/data") == ["ok -", "EEXIST -"])
    }

    @Test func errorsThatADefaultLogLacksAreUnknown() throws {
        #expect(try outcomes(.fixture(Self.all), .unwatch, "/local/domain/3/data") == ["ok -", "ENOENT -"])
        #expect(try outcomes(.fixture(Self.standard), .unwatch, "/local/domain/3/data") == ["? -", "? -"])
        #expect(try outcomes(.fixture(Self.trace), .unwatch, "/local/domain/3/data") == ["ok -", "ENOENT -"])
    }

    @Test(arguments: [all, standard, trace])
    func transactionsHaveTheirResult(_ name: String) throws {
        let log = try ReadLog.fixture(name)
        #expect(outcomes(log, .write, "/a/c") == ["ok commit", "ok abort"])
        #expect(outcomes(log, .mkdir, "/a/m") == ["ok commit"])
        #expect(outcomes(log, .write, "/a/b") == ["ok -", "ok -", "ok conflict"])
        // oxenstored does a transaction again that nothing stands against; the C one commits it.
        #expect(
            outcomes(log, .write, "/a/x") == (name == Self.trace ? ["ok commit"] : ["ok conflict", "ok commit"]))
    }

    /// What failed the first time fails again, without an error in the log.
    @Test func whatIsDoneAgainHasTheOutcomesOfTheFirstTime() throws {
        func line(_ connection: String, _ operation: String, _ data: String = "") -> String {
            func padded(_ word: String, _ width: Int) -> String {
                word + String(repeating: " ", count: max(0, width - word.count))
            }
            return "[20261125T21:00:00.000Z]  \(padded(connection, 12)) \(padded(operation, 9)) \(data)\n"
        }
        let text = [
            line("A2", "newconn"), line("A2", "read", "/x "), line("A2.3", "write", "/x 1"), line("A2.3", "rm", "/y "),
            line("A2.3", "error", "EACCES "), line("A2.3", "mkdir", "/z "), line("A2.3", "t end"),
            line("A2.3", "conflict"), line("r(3):A2.4", "write", "/x 1"), line("r(3):A2.4", "rm", "/y "),
            line("r(3):A2.4", "mkdir", "/z "), line("r(3):A2.4", "commit"),
        ].joined()
        let scan = LogScan(Array(text.utf8), .access)
        let changes = scan.events.filter(\.operation.isChange)
        #expect(
            changes.map { $0.outcome == 0 ? "ok" : $0.outcome > 0 ? "failed" : "?" } == [
                "ok", "failed", "ok", "ok", "failed", "ok",
            ])
    }

    @Test(arguments: [all, standard, trace])
    func eachWatchEventHasItsCause(_ name: String) throws {
        let log = try ReadLog.fixture(name)
        let events = log.records.filter { $0.operation == .watchEvent }
        #expect(events.count == 11)
        for event in events {
            let cause = try #require(event.cause >= 0 ? log.scan.events[Int(event.cause)] : nil, "\(log.line(event))")
            #expect(cause.path == event.path)
            #expect(cause.operation.isChange || cause.operation == .watch)
            #expect(log.result(of: cause) == nil || log.result(of: cause) == .commit)
        }
    }

    @Test func anEventThatTwoChangesCanHaveCausedHasNone() throws {
        let start = "[20261125T21:50:25.326Z]  "
        let lines = [
            "A1           write     /a 1", "A2           write     /a 2", "A3           w event   /a t ",
            "A2           write     /a 3", "A3           w event   /a t ",
        ]
        let log = try ReadLog(lines.map { start + $0 + "\n" }.joined())
        #expect(log.records.filter { $0.operation == .watchEvent }.map(\.cause) == [-1, 3])
    }

    @Test func aTransactionThatIsCoalescedIsCommitted() throws {
        let start = "[20261125T21:50:25.326Z]  "
        let lines = [
            "D4.1         t start   ", "D4.1         write     data/f 5", "A2           write     /c 6",
            "D4.1         t end     ", "D4.1         coalesce  read /local/domain/4",
            "D4.1         coalesce  write /local/domain/4", "D4           read      data/f ",
        ]
        let log = try ReadLog(lines.map { start + $0 + "\n" }.joined())
        #expect(log.scan.transactions.map(\.result) == [.commit])
    }

    @Test func whatAConnectionLeftOpenIsAborted() throws {
        let start = "[20261125T21:50:25.326Z]  "
        let end = start + "A1           endconn   \n"
        let log = try ReadLog(start + "A1.7         write     /a 1\n" + end)
        // An mkdir may have found its node; its commit then has no line.
        #expect(try ReadLog(start + "A1.7         mkdir     /a \n" + end).scan.transactions.map(\.result) == [nil])
        #expect(log.scan.transactions.map(\.result) == [.abort])
        #expect(try ReadLog(start + "A1.7         write     /a 1\n").scan.transactions.map(\.result) == [nil])
    }

    @Test func anErrorThatTheRequestCannotHaveIsThatOfOneNotInTheLog() throws {
        let start = "[20261125T21:50:25.326Z]  "
        let log = try ReadLog(start + "A1           write     /a 1\n" + start + "A1           error     ENOENT \n")
        #expect(log.lines == ["A1 write /a '1' ok", "A1 error <ENOENT >"])
    }

    @Test func aNameThatIsUsedAgainIsAnotherConnection() throws {
        let start = "[20261125T21:50:25.326Z]  "
        let lines = ["D5           newconn   ", "D5           endconn   ", "D5           newconn   "]
        let log = try ReadLog(lines.map { start + $0 + "\n" }.joined())
        #expect(log.records.map(\.connection) == [0, 0, 1])
        #expect(log.scan.connections.map(\.closed) == [1, nil])
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
