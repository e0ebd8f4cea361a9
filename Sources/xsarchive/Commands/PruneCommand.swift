import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove the images of a series that no rule keeps, such as one a day for a week.",
        discussion: """
            The rules have restic's meaning. --keep-hourly, --keep-daily and --keep-weekly keep the newest image of \
            each hour, day or week that has one, until they have kept N; a rule that could keep more also keeps the \
            oldest image. --keep-within counts back from the newest image of the series. What any rule keeps is kept. \
            Times are capture times, UTC; weeks begin on Monday. An image whose capture time is unknown is kept. \
            Without a rule nothing is removed.
            Each series is pruned by itself, all of them without --series. A line for each image says why it is kept. \
            Images are removed chain by chain as 'xsarchive remove' does it, with the proof of the images that shared \
            records with them; then the space is given back in steps, between which other processes can use the \
            archive. An interrupted prune leaves a valid archive: repeat the command.
            Remains of removed bytes may stay inside pages that are in use, until --compact or 'xsarchive remove' \
            writes the whole file again.
            Examples:
              xsarchive prune --keep-last 10 --keep-hourly 48 --keep-daily 30 --dry-run
              xsarchive prune --keep-within 7d --keep-weekly 52 --series 'host*'
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var keep: RetentionOptions

    @Option(help: "Only the series whose name matches, with * and ? as in SQL's GLOB.")
    var series: String?

    @Flag(name: [.short, .customLong("dry-run")], help: "Say what would be kept and removed, and change nothing.")
    var dryRun = false

    @Flag(help: "Write the whole file again at the end, without free space.")
    var compact = false

    @Option(help: "The reason, for the custody log.")
    var reason: String?

    @OptionGroup var talk: QuietOption

    func validate() throws {
        guard !keep.retention.isEmpty else {
            throw ValidationError(
                "prune requires a rule of what to keep, such as --keep-last 10; without one it would remove everything."
            )
        }
        if dryRun, compact { throw ValidationError("--dry-run changes nothing; omit it, or --compact.") }
    }

    func run() throws {
        let opened = dryRun ? try archive.open() : try Archive.openExisting(archive.path)
        opened.noteUpgrade()
        let names = try opened.series().filter { name in series.map { Glob.matches(Octets(name.utf8), $0) } ?? true }
        if names.isEmpty, let series {
            throw ArchiveError(
                .noSuchImage, "\(archive.path): no series matches \(Escape.printable(series))",
                suggestion: "'xsarchive images' lists the series; quote a pattern, so that the shell leaves it alone")
        }
        var removed: [ArchivedImage] = []
        var count = 0
        for name in names {
            let verdicts = try keep.retention.verdicts(of: name, in: opened)
            if !talk.quiet {
                Console.print("series \(Escape.printable(name))")
                for verdict in verdicts { Console.print(line(verdict)) }
            }
            count += verdicts.count
            removed += verdicts.filter(\.reasons.isEmpty).map(\.image)
        }
        Console.flush()
        if !dryRun { try Pruning(opened, isQuiet: talk.quiet).run(removed, keep.retention, reason, compact: compact) }
        guard !talk.quiet else { return }
        let total = "\(removed.count) of \(count == 1 ? "1 image" : "\(count) images")"
        Console.note("xsarchive: \(dryRun ? "--dry-run: would remove" : "removed") \(total)")
    }

    private func line(_ verdict: Retention.Verdict) -> String {
        let image = verdict.image
        let time = image.label.capturedAt ?? "at an unknown time"
        let fate = verdict.reasons.isEmpty ? "remove" : "keep (\(verdict.reasons.joined(separator: ", ")))"
        return "@\(image.imageID)  \(Escape.printable(image.label.name))  \(Escape.printable(time))  \(fate)"
    }
}
