import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Show what an image is: header, layout, counts, SHA-256, findings, and what connections are waiting for.",
        discussion: """
            Listed are the findings of the format, which import stores, too. What 'xsarchive check' finds in addition \
            is only counted; for an image of more than \(Self.largestChecked >> 20) MiB, which takes longer to check, \
            only with --check.
            The section "waiting" is absent if no connection is waiting.
            Example:
              xsarchive show @latest
            """
    )

    /// The largest image, in bytes, that is checked without being asked for: a check of a larger
    /// one takes many times as long as everything else here.
    static let largestChecked = 2 << 20

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var looks: LookOptions

    @Option(name: .customLong("format"), help: "The output format.")
    var format: ShowFormat = .text

    @Flag(help: "Count what 'xsarchive check' finds, however large the image is.")
    var check = false

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    func run() throws {
        let source = try archive.source(image)
        var waiting: [Backlog] = []
        let counts = try source.recordCounts { body in
            if case .connection(let data) = body, let found = Backlog(data, source.format.byteOrder) {
                waiting.append(found)
            }
        }
        var sheet = ImageSummary(source: source, counts: counts, waiting: waiting, findings: try source.findings())
        if case .archive(let archive, let image) = source.origin {
            sheet.derivation = try CustodyLog(archive).rebuilds()[image.imageID]
        }
        if check || source.size <= Self.largestChecked {
            sheet.checked = try ImageCheck(LoadedImage(source, image)).items.map(\.finding)
        }
        Console.print(format == .text ? sheet.text : sheet.json.text)
    }
}
