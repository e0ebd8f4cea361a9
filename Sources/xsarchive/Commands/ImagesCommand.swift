import ArgumentParser
import XenstoreArchive

struct ImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "List the images of the archive, in import order.",
        discussion: """
            derived_from (in other formats: made_of): the image that rebuild made it from. last_seen: when the newest \
            image of a series was last imported again, unchanged.
            Example:
              xsarchive images --series host7
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Option(help: "List only the images of this series. Repeat it for more series.")
    var series: [String] = []

    func run() throws {
        var table = Table(
            columns: [
                "image_id", "name", "series", "captured_at", "imported_at", "layout", "records", "nodes", "size",
                "sha256", "made_of", "last_seen",
            ],
            format: output.format, expendable: ["imported_at", "sha256", "layout", "records", "made_of", "last_seen"],
            headings: ["made_of": "derived_from"])
        let archive = try archive.open()
        for name in series { try archive.requireSeries(name) }
        let rebuilds = try CustodyLog(archive).rebuilds()
        for image in try archive.images() where series.isEmpty || series.contains(image.label.series) {
            // A person needs only enough digits to tell images apart; programs get all of them.
            let digest = output.format == .text ? String(image.stream.sha256.prefix(12)) : image.stream.sha256
            table.add([
                .integer(image.imageID), .string(image.label.name), .string(image.label.series),
                .string(image.label.capturedAt),
                .string(image.importedAt), .string(image.stream.format.layout.rawValue),
                .integer(image.stream.recordCount),
                .integer(image.stream.nodeCount), .integer(image.stream.size), .string(digest),
                .string(rebuilds[image.imageID]?.source), .string(image.lastSeen),
            ])
        }
        table.finish()
    }
}
