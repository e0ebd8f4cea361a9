import ArgumentParser
import XenstoreArchive

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write an archived image's original bytes.",
        discussion: """
            The bytes are re-encoded from the tables and compared with the SHA-256 of the import. The file appears \
            only when it is complete.
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

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Report on standard error what was written and proved.")
    var verbose = false

    @OptionGroup var talk: QuietOption

    mutating func validate() throws {
        output = OutputName.normalized(output)
        if talk.quiet && verbose { throw ValidationError("use only one of --quiet and --verbose.") }
    }

    func run() throws {
        let (archive, image) = try archive.archivedImage(image, notes: !talk.quiet)
        let exporter = Exporter(archive)
        let progress = Progress("exporting", isWanted: !talk.quiet, isMeasured: true) {
            Double(image.stream.size) * (output == "-" ? 2 : 1)
        }
        if output == "-" {
            guard !Terminal.isStandardOutput else {
                throw ArchiveError(
                    .usage, "an image is binary and would garble the terminal; give a file with -o, or pipe the output")
            }
            try exporter.exportToStandardOutput(image) { progress.show(ahead: Double($0)) }
        } else {
            try exporter.export(image, toFile: output, overwrite: force) { progress.show(ahead: Double($0)) }
        }
        if verbose {
            Console.note(
                "xsarchive: @\(image.imageID) \(image.label.name): \(image.stream.size) bytes written to \(output), "
                    + "SHA-256 \(image.stream.sha256) as imported"
            )
        }
    }
}
