import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell what is wrong or dangerous in images, and what a real xenstored would do with them on restore.",
        discussion: """
            Any file can be checked, a damaged one as far as it can be read. Findings of severity info (harmless oddities, like a \
            value that is no text) are counted, and listed with --severity info.
            Rules restore-skips, restore-alters, restore-over-reads and restore-dies tell what a C xenstored, which trusts every \
            length, would leave out, take otherwise, read from bytes that belong to something else, or not survive.
            Exit status: 0 nothing found, 1 findings, 2 trouble.
            Examples:
              xsarchive check state_dump
              xsarchive check @latest --severity info --format jsonl
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The images, archived or files.")
    var images: [String]

    @Option(help: "The least severity to list, and to end with exit status 1 for: info, warning or error.")
    var severity: Finding.Severity = .warning

    @Option(help: "For files: auto, draft, v1 or v2.")
    var layout: LayoutChoice = .auto

    func run() throws {
        var table = Table(
            columns: ["image", "severity", "rule", "record", "offset", "message", "expected"], format: output.format)
        var found = false
        var failed = false
        for reference in images {
            do {
                let image = try archive.checkable(reference, layout: layout.layout)
                let forecast = try RestoreForecast(image)
                let all = image.findings + forecast.findings
                let listed = all.filter { $0.severity >= severity }
                if !listed.isEmpty { found = true }
                report(reference, listed, hidden: all.count - listed.count, forecast, &table)
            } catch let error as ArchiveError {
                Standard.flush()
                Standard.note("xsarchive: \(error)")
                failed = true
            }
        }
        if output.format != .text { table.finish() }
        if failed { throw Exit.trouble.code }
        if found { throw Exit.differences.code }
    }

    private func report(
        _ reference: String, _ findings: [Finding], hidden: Int, _ forecast: RestoreForecast, _ table: inout Table
    ) {
        guard output.format == .text else {
            for finding in findings {
                table.add([
                    .string(reference), .string(finding.severity.rawValue), .string(finding.rule),
                    finding.record.map { .integer(Int64($0)) } ?? .null, finding.offset.map { .integer(Int64($0)) } ?? .null,
                    .string(finding.message), .string(finding.expected),
                ])
            }
            return
        }
        Standard.print("\(Escape.printable(reference)): " + summary(findings, hidden: hidden))
        for finding in findings { Standard.print("  " + FindingText.line(finding)) }
        Standard.print("  restore: " + FindingText.restore(forecast))
    }

    private func summary(_ findings: [Finding], hidden: Int) -> String {
        let counts = Finding.Severity.allCases.reversed().compactMap { severity in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : severity == .info ? "\(count) info" : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        let rest = hidden == 0 ? "" : "; \(hidden) of less severity not listed (--severity info lists \(hidden == 1 ? "it" : "them"))"
        return (counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")) + rest
    }
}

extension Finding.Severity: ExpressibleByArgument {}

extension ArchiveOptions {
    /// The image's bytes, read anew: what was noticed at import may have been noticed by an older program.
    fileprivate func checkable(_ reference: String, layout: Layout?) throws -> PreparedImage {
        guard reference.hasPrefix("@") else { return try ImageFile.prepare(reference, layout: layout, salvaging: true) }
        let (archive, image) = try archivedImage(reference)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(image.stream.size))
        try archive.export(image) { bytes += $0 }
        return PreparedImage(salvaging: bytes, layout: image.stream.format.layout)
    }
}
