import ArgumentParser
import XenstoreAnalysis
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
            With --layout, a stream is made from the image as 'xsarchive rebuild' makes it; so the state at a moment, \
            like @host7@2026-08-01T12:00:00Z, can be written, too.
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

    @Option(help: "Write a stream of this layout instead of the original bytes: draft, v1, v2 or oxenstored.")
    var layout: Layout?

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
        if let layout { return try rebuild(as: layout) }
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

    /// Writes what `rebuild` makes of the image.
    private func rebuild(as layout: Layout) throws {
        if !ImageReference.marks(image) { _ = try ArchiveOptions.archivedReference(image) }
        let target = RebuiltOutput(
            path: output, overwrite: force, isStrict: false, sources: [archive.path], isQuiet: talk.quiet)
        try target.check()
        let source = try archive.source(image, notes: !talk.quiet)
        var plan = Rebuild()
        plan.form.layout = layout
        let stream = try plan.run(source)
        try target.report(stream, source.name)
        try target.write(stream)
        if verbose {
            Console.note("xsarchive: \(source.name): \(stream.image.size) bytes written to \(output)")
        }
    }

    private func export(_ reference: LogReference) throws {
        if layout != nil { throw ArchiveError(.usage, "\(image): a log has no layout; leave out --layout") }
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
