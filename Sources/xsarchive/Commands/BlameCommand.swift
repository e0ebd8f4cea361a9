import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct BlameCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blame",
        abstract: "Show who wrote the values of an image, by the logs of its series, and how sure that is.",
        discussion: """
            A row for each node at and below the path: the last write before the image, with the domain and the \
            connection of its writer. certainty: certain; likely, with the reason why it is not certain; or unknown, \
            if the log has no such write, or the last one has another value. docs/logs.md says what a log shows.
            With --since, only what changed since the older image, with who removed nodes and who set permissions: \
            what 'xsarchive diff --who' shows beside each change.
            A log belongs to an image if both were imported with the same --series.
            Examples:
              xsarchive blame @latest /local/domain/7
              xsarchive blame @host7:~1 / --format csv
              xsarchive blame @latest --since @latest~1
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The archived image.")
    var image: String

    @Argument(help: "The path at and below which to look.")
    var path = "/"

    @Option(help: "An older image of the series: show only what changed since.")
    var since: String?

    @OptionGroup var time: TimeoutOptions

    func run() throws {
        let (opened, image) = try archive.archivedImage(image, notes: true)
        let query = try NamedQuery.named("log_blame")
        var parameters = ["image_id": String(image.imageID), "path": path]
        if let since {
            let older = try archive.archivedImage(since, notes: true).1
            try ChangeAuthors.requireOrder(older, image)
            parameters["before_id"] = String(older.imageID)
        }
        let statement = try query.prepare(opened, parameters: parameters, timeout: time.timeout)
        let count = try query.printRows(
            statement, of: [image.imageID], in: opened, format: output.format, isSilentWhereEmpty: true)
        guard count == 0, since == nil else { return }
        let source = ImageSource(opened, image)
        _ = try Listing.find(try NodeTree(source, atOrBelow: Octets(path.utf8)), Octets(path.utf8))
        throw ArchiveError(.noSuchNode, "\(Escape.printable(path)): the image has no such node")
    }
}
