import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Take the images of another archive, with series, names, times, findings and custody log.",
        discussion: """
            All images of the other archive are stored, or none. Each is proved to come out byte for byte. The other \
            archive is verified first and only read; if it has an earlier schema, a copy is upgraded, which is deleted \
            after the merge.
            An image that this archive has already is not stored again: the same bytes with the same series, name \
            and capture time, or, without a capture time, the same time of the import. All other images get new ids. \
            If another image has the series and name of a new one, a message says so.
            The other archive's custody log is kept as it is: 'xsarchive custody --merged' shows it, and 'xsarchive \
            verify' checks it. An image that was made by rebuild there is one here.
            Logs of the other archive are not taken: a message says so, and 'xsarchive -a OTHER export log:1' gives \
            their bytes, which 'xsarchive import' takes.
            Exit status: 0 done, also if nothing was new, 1 the other archive has logs, 2 trouble.
            Examples:
              xsarchive merge colleague.db
              xsarchive -a all.db merge host8.db --format jsonl
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The other archive.", completion: .file())
    var other: String

    @OptionGroup var talk: QuietOption

    private static let columns = ["image_id", "name", "series", "merged_from", "sha256", "outcome"]

    func run() throws {
        let source = try MergeSource(other, into: archive.path)
        let opened = try Archive.openOrCreate(archive.path)
        opened.noteUpgrade()
        let progress = Progress("verifying \(other)", isWanted: !talk.quiet)
        let outcomes = try Merger(opened).merge(source) { number, count in
            progress.next("merging image \(number) of \(count)")
        }
        Progress.end()
        if !talk.quiet { report(outcomes) }
        for outcome in outcomes {
            guard let namesake = outcome.namesake else { continue }
            Console.flush()
            Console.note(
                "xsarchive: @\(outcome.imageID): @\(namesake) has the same series and name, "
                    + "\(outcome.original.label.series) and \(outcome.original.label.name), and is another image")
        }
        let logs = try source.logCount()
        guard logs > 0 else { return }
        Console.flush()
        Console.note(
            "xsarchive: \(other): \(logs == 1 ? "its log is" : "its \(logs) logs are") not taken; 'xsarchive -a "
                + "\(Escape.printable(other)) export log:1 -o FILE', then 'xsarchive import FILE'")
        throw Exit.differences.code
    }

    private func report(_ outcomes: [Merger.Outcome]) {
        guard output.format != .text else {
            for outcome in outcomes {
                Console.print(
                    "@\(outcome.imageID)  \(Escape.printable(outcome.original.label.name))  "
                        + "from @\(outcome.original.imageID)  \(outcome.original.stream.sha256)  "
                        + outcome.kind.description)
            }
            return
        }
        var table = Table(columns: Self.columns, format: output.format)
        for outcome in outcomes {
            table.add([
                .integer(outcome.imageID), .string(outcome.original.label.name),
                .string(outcome.original.label.series), .integer(outcome.original.imageID),
                .string(outcome.original.stream.sha256), .string(outcome.kind.rawValue),
            ])
        }
        table.finish()
    }
}
