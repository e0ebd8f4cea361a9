import ArgumentParser
import XenstoreArchive

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write an archived image's original bytes.",
        discussion: """
            The bytes are written anew from the tables and compared with the SHA-256 of the import. A file appears only when it is \
            complete.
            Example:
              xsarchive export @latest -o state_dump
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The archived image.")
    var image: String

    @Option(
        name: [.short, .customLong("output")], help: "The file to write; '-' is standard output.", completion: .file())
    var output = "-"

    @Flag(help: "Replace the file where it exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Tell what was written and proved, on standard error.")
    var verbose = false

    @OptionGroup var talk: QuietOption

    func validate() throws {
        if talk.quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
    }

    func run() throws {
        let (archive, image) = try archive.archivedImage(image)
        let exporter = Exporter(archive)
        let progress = Progress("exporting", isWanted: !talk.quiet, isMeasured: true) {
            Double(image.stream.size) * (output == "-" ? 2 : 1)
        }
        if output == "-" {
            guard !Terminal.isStandardOutput else {
                throw ArchiveError(
                    .usage, "an image is no text for a terminal; name a file with -o, or pipe the output")
            }
            // Half an image looks like one, so that its reader's end must not be ours.
            FileIO.reportClosedPipes()
            try exporter.exportToStandardOutput(image) { progress.show(ahead: Double($0)) }
        } else {
            try exporter.export(image, toFile: output, overwrite: force) { progress.show(ahead: Double($0)) }
        }
        if verbose {
            Console.note(
                "xsarchive: @\(image.imageID) \(image.label.name): \(image.stream.size) bytes written to \(output), SHA-256 \(image.stream.sha256) as imported"
            )
        }
    }
}
