import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the original bytes of an archived image or log.",
        discussion: """
            The bytes are re-encoded from the tables and compared with the SHA-256 of the import. The file appears \
            only when it is complete.
            Of a log, all its lines are written, each once and in their order; with --file, one of its files as it \
            was imported.
            Examples:
              xsarchive export @latest -o state_dump
              xsarchive export log:1 --file xenstored-access.log.2 -o access.log
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The archived image, or a log like log:1.")
    var image: String

    @Option(help: "The file of the log to write (default: all lines of the log).")
    var file: String?

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
        if let log = try LogReference(image) { return try export(log) }
        if file != nil { throw ArchiveError(.usage, "\(image): --file requires a log, like log:1") }
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

    private func export(_ reference: LogReference) throws {
        let archive = try archive.open()
        let log = try reference.find(archive)
        let part = try file.map { try LogReference.file($0, of: log, archive) }
        if output == "-" {
            try Exporter(archive).exportToStandardOutput(log, part)
        } else {
            try Exporter(archive).export(log, part, toFile: output, overwrite: force)
        }
        if verbose {
            Console.note(
                "xsarchive: log:\(log.logID) \(Escape.printable(part?.name ?? log.name)): \(part?.size ?? log.size) "
                    + "bytes written to \(output), as imported")
        }
    }
}
