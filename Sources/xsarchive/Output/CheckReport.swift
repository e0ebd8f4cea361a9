import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Prints the findings, image by image, in any format.
struct CheckReport {
    let format: CheckFormat
    /// The lowest severity to list.
    let least: Finding.Severity
    private var table: Table?
    private var results: [CheckSARIF.Result] = []
    private var notes: [String] = []

    init(format: CheckFormat, least: Finding.Severity) {
        self.format = format
        self.least = least
        table = format.table.map {
            Table(columns: ["image", "severity", "rule", "record", "offset", "message", "expected"], format: $0)
        }
    }

    mutating func add(_ name: String, _ check: ImageCheck) {
        let listed = check.items.filter { $0.finding.severity >= least }
        if format == .text {
            printText(name, check, listed)
        } else {
            for (finding, path) in listed {
                results.append((name, finding, path))
                table?.add([
                    .string(name), .string(finding.severity.rawValue), .string(finding.rule),
                    finding.record.map { .integer(Int64($0)) } ?? .null,
                    finding.offset.map { .integer(Int64($0)) } ?? .null,
                    .string(finding.message), .string(finding.expected),
                ])
            }
            for (query, reason) in check.inapplicable {
                notes.append("\(name): \(query): \(reason)")
                if format != .sarif { Console.note("xsarchive: \(name): \(query): \(reason)") }
            }
            if let limitation = check.limitation {
                notes.append("\(name): \(limitation)")
                if format != .sarif { Console.note("xsarchive: \(name): \(limitation)") }
            }
        }
    }

    func finish() {
        table?.finish()
        if format == .sarif { Console.print(CheckSARIF.document(results, notes: notes).text) }
    }

    private func printText(_ name: String, _ check: ImageCheck, _ listed: [QueryFindings.Item]) {
        Console.print(
            "\(Style.heading(Escape.printable(name))): "
                + summary(listed.map(\.finding), hidden: check.items.count - listed.count))
        for (finding, _) in listed { Console.print("  " + FindingText.line(finding)) }
        for (reason, names) in check.inapplicableByReason {
            Console.print("  \(reason): " + names.joined(separator: ", "))
        }
        if let limitation = check.limitation { Console.print("  " + limitation) }
        if let restore = FindingText.restore(check.forecast, check.layout) { Console.print("  restore: " + restore) }
    }

    private func summary(_ findings: [Finding], hidden: Int) -> String {
        let counts = Finding.Severity.allCases.reversed().compactMap { severity in
            let count = findings.count { $0.severity == severity }
            return count == 0
                ? nil : severity == .info ? "\(count) info" : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        let rest =
            hidden == 0
            ? "" : "; \(hidden) lower-severity finding\(hidden == 1 ? "" : "s") hidden, shown by --severity info"
        return (counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")) + rest
    }
}
