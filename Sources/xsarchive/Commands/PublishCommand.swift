import ArgumentParser
import XenstoreArchive

struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Append what is new in the archive to files of JSON lines, for other programs.",
        discussion: """
            The directory gets images.jsonl (each image at each time at which it was seen), changes.jsonl (what \
            changed from the image before it in its series, as 'xsarchive diff' shows it), findings.jsonl (what \
            'xsarchive check' finds), events.jsonl (the records of logs) and manifest.jsonl. The files only grow: \
            Elastic, Splunk, BigQuery and ClickHouse load such files. Several archives can use one directory, one \
            after the other; each row has the identity of its archive: the hash of the first entry of the custody log.
            What is published already is not published again. manifest.jsonl says up to which byte each file is \
            complete. If a run was stopped, the next one removes what follows there and publishes it again.
            Exit status: 0 done, also if nothing was new, 2 trouble.
            Examples:
              xsarchive publish /srv/xsarchive-lines
              xsarchive publish /srv/xsarchive-lines --since @host7:~10
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The directory; it is made if it does not exist.", completion: .directory)
    var directory: String

    @Option(help: "The format: jsonl.")
    var format: Format = .jsonl

    @Option(help: "Publish only images that were imported after this one; logs are not affected.")
    var since: String?

    @OptionGroup var talk: QuietOption

    /// The form of the files.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case jsonl
    }

    func validate() throws {
        if directory.isEmpty { throw ValidationError("the name of the directory is empty; give its name.") }
    }

    func run() throws {
        let opened = try archive.open()
        let newest = try since.map { try archive.archivedImage($0, notes: !talk.quiet).1.imageID } ?? 0
        var publication = try Publication(of: opened, in: directory)
        let progress = Progress("publishing", isWanted: !talk.quiet)
        let rows = try publication.run(after: newest) { number, count in
            progress.next("publishing image \(number) of \(count)")
        }
        Progress.end()
        guard !talk.quiet else { return }
        let counts = PublishedRelation.allCases.map { "\($0.rawValue) \(rows[$0] ?? 0)" }.joined(separator: ", ")
        Console.print(rows.isEmpty ? "nothing new" : "rows: \(counts)")
    }
}
