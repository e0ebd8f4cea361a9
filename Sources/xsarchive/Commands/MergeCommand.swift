import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Take the images and logs of another archive, with series, names, times, findings and custody log.",
        discussion: """
            All images and logs of the other archive are stored, or none. Each is proved to come out byte for byte. \
            The other archive is verified first and only read; if it has an earlier schema, a copy is upgraded, which \
            is deleted after the merge.
            An image that this archive has already is not stored again: the same bytes with the same series, name \
            and capture time, or, without a capture time, the same time of the import. All other images get new ids. \
            If another image has the series and name of a new one, a message says so.
            The other archive's custody log is kept as it is: 'xsarchive custody --merged' shows it, and 'xsarchive \
            verify' checks it. An image that was made by rebuild there is one here.
            Each file of a log is taken as 'xsarchive import' takes it: files of one series, form and name are one \
            log, lines that this archive has are stored once, and a file with the same name and bytes is there already.
            Exit status: 0 done, also if nothing was new, 2 trouble.
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

    private static let columns = ["image_id", "name", "series", "merged_from", "sha256", "outcome", "log_id"]

    func run() throws {
        let source = try MergeSource(other, into: archive.path)
        let opened = try Archive.openOrCreate(archive.path)
        opened.noteUpgrade()
        let progress = Progress("verifying \(other)", isWanted: !talk.quiet)
        let (outcomes, files) = try Merger(opened).mergeAll(source) { number, count in
            progress.next("merging image \(number) of \(count)")
        }
        Progress.end()
        if !talk.quiet { report(outcomes, files) }
        for outcome in outcomes {
            guard let namesake = outcome.namesake else { continue }
            Console.flush()
            Console.note(
                "xsarchive: @\(outcome.imageID): @\(namesake) has the same series and name, "
                    + "\(outcome.original.label.series) and \(outcome.original.label.name), and is another image")
        }
    }

    private func report(_ outcomes: [Merger.Outcome], _ files: [Merger.LogOutcome]) {
        guard output.format != .text else {
            for outcome in outcomes {
                Console.print(
                    "@\(outcome.imageID)  \(Escape.printable(outcome.original.label.name))  "
                        + "from @\(outcome.original.imageID)  \(outcome.original.stream.sha256)  "
                        + outcome.kind.description)
            }
            for file in files {
                Console.print(
                    "log:\(file.stored.logID)  \(Escape.printable(file.name))  from log:\(file.original.logID)  "
                        + "\(file.stored.sha256)  \(file.stored.description)")
            }
            return
        }
        var table = Table(columns: Self.columns, format: output.format)
        for outcome in outcomes {
            table.add([
                .integer(outcome.imageID), .string(outcome.original.label.name),
                .string(outcome.original.label.series), .integer(outcome.original.imageID),
                .string(outcome.original.stream.sha256), .string(outcome.kind.rawValue), .null,
            ])
        }
        for file in files {
            table.add([
                .null, .string(file.name), .string(file.original.series), .integer(file.original.logID),
                .string(file.stored.sha256), .string(file.stored.kind.rawValue), .integer(file.stored.logID),
            ])
        }
        table.finish()
    }
}
