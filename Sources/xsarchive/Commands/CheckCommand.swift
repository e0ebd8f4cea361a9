import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract:
            "Report what is wrong or dangerous in images, and what a real xenstored would do with them on restore.",
        discussion: """
            Any file can be checked; a damaged one is read as far as possible. There are three kinds of rules: those \
            of the format (docs/findings.md); the named queries with a severity, like dead_owner ('xsarchive query' \
            lists them); and restore-skips, restore-alters, restore-over-reads and restore-dies. The last four say \
            what a C xenstored, which trusts every length, would leave out, read differently, read from bytes that \
            belong to something else, or crash on.
            Findings of severity info (harmless oddities, like a value that is not text) are only counted; \
            --severity info lists them.
            --new-since lists only what an earlier image does not have, and says how many findings are known and how \
            many are gone. Two findings are the same if they have the same rule and the same subject, like the same \
            domid and path (docs/findings.md).
            Exit status: 0 nothing found, 1 findings at or above --fail-on, with --new-since only new ones, 2 trouble.
            Examples:
              xsarchive check state_dump
              xsarchive check @latest --severity info --format jsonl
              xsarchive check @latest --for 4.17
              xsarchive check @latest --fail-on error --format sarif
              xsarchive check @host7:latest --new-since @host7:~1
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var looks: LookOptions

    @Option(help: "The output format; csv-safe is CSV with formula-like cells quoted.")
    var format: CheckFormat = .text

    @Argument(help: "The images, archived or files.", completion: .file())
    var images: [String]

    @Option(
        help:
            """
            The lowest severity to list: info, warning or error (default: warning, or that of --fail-on if it is \
            lower).
            """
    )
    var severity: Finding.Severity?

    @Option(help: "The lowest severity that gives exit status 1 (default: that of --severity).")
    var failOn: Finding.Severity?

    @Option(
        help: "List only findings that this image, archived or a file, does not have.", completion: .file())
    var newSince: String?

    @Option(help: "The layout of files; auto detects it.")
    var layout: LayoutChoice = .auto

    @Option(
        name: .customLong("for"),
        help:
            """
            Forecast the restore by the C xenstored of one version of Xen, such as 4.17 or 4.16.2; without the third \
            number it is the newest (default: what any version would do).
            """
    )
    var release: XenVersion?

    @Flag(name: .shortAndLong, help: "Print nothing; only set the exit status.")
    var quiet = false

    private var leastListed: Finding.Severity {
        severity ?? min(failOn ?? .warning, .warning)
    }

    func run() throws {
        var report = CheckReport(format: format, least: leastListed)
        let leastFailing = failOn ?? leastListed
        var found = false
        var failed = false
        let baseline = try newSince.map {
            try CheckBaseline(LoadedImage(archive, $0, layout: layout.layout, notes: !quiet), for: release)
        }
        let progress = Progress("checking", isWanted: !quiet)
        for (index, reference) in images.enumerated() {
            do {
                let place = images.count > 1 ? " (\(index + 1) of \(images.count))" : ""
                progress.next("checking \(reference)\(place)") { archive.size(reference) }
                let loaded = try LoadedImage(archive, reference, layout: layout.layout, notes: !quiet)
                let check = try ImageCheck(loaded, for: release, isForComparison: baseline != nil)
                let comparison = baseline.map { ($0.comparison(check), since: $0.name) }
                let items = comparison.map { $0.0.news.map(\.item) } ?? check.items
                if items.contains(where: { $0.finding.severity >= leastFailing }) { found = true }
                if !quiet {
                    report.add(loaded.source.name, check, comparison: comparison, remark: baseline?.limitation(loaded))
                }
            } catch let error as ArchiveError {
                Console.flush()
                Console.complain(Advice.line(error))
                failed = true
            }
        }
        Progress.end()
        if !quiet { report.finish() }
        if failed { throw Exit.trouble.code }
        if found { throw Exit.differences.code }
    }
}
