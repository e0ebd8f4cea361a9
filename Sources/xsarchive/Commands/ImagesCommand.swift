import ArgumentParser
import XenstoreArchive

struct ImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "List the series of the archive, or images in import order.",
        discussion: """
            If the archive has several series, a row for each: the number of its images, the first and the last image \
            in the order of time, size and nodes of the last, and what these grew by since the first. The series with \
            the newest observation comes last. times: whether first_at and last_at are times of a capture, or of an \
            import because the capture's is unknown.
            If it has only one, or with --all or --series, a row for each image. derived_from (in other formats: \
            made_of): the image that rebuild made it from.
            last_seen: when the newest image of a series was last imported again, unchanged.
            Examples:
              xsarchive images
              xsarchive images --series host7
              xsarchive images --all --format jsonl
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Flag(help: "List every image, also if there are several series.")
    var all = false

    @Option(help: "List every image of this series. Repeat it for more series.")
    var series: [String] = []

    func run() throws {
        let archive = try archive.open()
        for name in series { try archive.requireSeries(name) }
        let summaries = all || !series.isEmpty ? [] : try archive.seriesWithEnds()
        if summaries.count > 1 {
            SeriesTable.print(summaries, format: output.format)
        } else {
            try ImageTable.print(archive, series: series, format: output.format)
        }
    }
}
