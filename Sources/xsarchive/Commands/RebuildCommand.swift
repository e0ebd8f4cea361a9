import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a valid, clean stream from an image: in another layout, from a part of it, or with edits.",
        discussion: """
            Selections are applied first; several selections are combined (union). Then come --drop, --remove, --set \
            and --set-perms, in this order. The records are written in an order that a daemon can restore. \
            Everything that the layout cannot carry, and every other alteration, is reported on standard error, one \
            line each; docs/rebuild.md lists the kinds.
            The file appears only after the stream was read back and found to be as intended.
            Examples:
              xsarchive rebuild @latest -o state_dump --layout v1
              xsarchive rebuild @latest -o db --layout oxenstored
              xsarchive rebuild @latest -o guest.bin --domain 2
              xsarchive rebuild @latest --save-as smaller --drop sockets
              xsarchive rebuild state_dump -o edited.bin --set /local/domain/2/name=db01 --remove \
            /local/domain/2/device --drop sockets
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var form: StreamFormOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    @Option(
        name: [.short, .customLong("output")], help: "The file to write; '-' is standard output.", completion: .file())
    var output: String?

    @Option(
        name: .customLong("domain"),
        help: "Keep a domain: its connection, watches and transactions, its nodes, and those below its home.")
    var domains: [UInt16] = []

    @Option(
        name: .customLong("subtree"),
        help: "Keep the nodes at and below a path, the watches on them and what is pending there.")
    var subtrees: [String] = []

    @Option(help: "Leave out sockets, connections, transactions, pending (nodes) or buffers.")
    var drop: [Edit.Drop] = []

    @Option(help: "Remove a node and everything below it.")
    var remove: [String] = []

    @Option(
        name: .customLong("set"),
        help: "Set a node's value, as PATH=VALUE; a new node gets its parent's permissions.")
    var values: [String] = []

    @Option(help: "Set a node's permissions, as PATH=n0,r5.")
    var setPerms: [String] = []

    @Flag(help: "Read paths and values with the escapes that ls and cat print: \\n, \\\\, \\x00 ...")
    var escaped = false

    @Option(help: "Store the stream in the archive under this name, with its source and the edits.")
    var saveAs: String?

    @Option(help: "The series in which --save-as stores it.")
    var series = "rebuilt"

    @Flag(help: "If anything is lost, write nothing and exit with status 2.")
    var strict = false

    @OptionGroup var secrets: RedactOptions

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var talk: QuietOption

    mutating func validate() throws {
        output = output.map(OutputName.normalized)
        try saveAs.map(ImageName.validate)
        try SeriesName.validate(series)
    }

    private func plan() throws -> Rebuild {
        let text = EditText(isEscaped: escaped)
        var plan = Rebuild()
        plan.selections = try domains.map(Selection.domain) + subtrees.map { .subtree(try text.path($0)) }
        plan.edits = drop.map(Edit.drop)
        plan.edits += try remove.map { .remove(try text.path($0)) }
        plan.edits += try values.map(text.set)
        plan.edits += try setPerms.map(text.setPerms)
        plan.form = form.form
        plan.redactor = try secrets.redactor(showsChanges: false)
        return plan
    }

    func run() throws {
        let plan = try plan()
        let target = RebuiltOutput(
            path: output, overwrite: force, isStrict: strict, sources: [archive.path, image], isQuiet: talk.quiet)
        try target.check(savingAs: saveAs)
        let progress = Progress("reading \(image)", isWanted: !talk.quiet) { archive.size(image) }
        let source = try archive.source(image, notes: !talk.quiet)
        progress.next("rebuilding \(source.name)") { Double(source.size) }
        let stream = try plan.run(source)
        progress.next("writing") { Double(stream.image.size) }
        try target.report(stream, source.name)
        let saved = try saveAs.map {
            try target.save(
                stream, as: ImageLabel(name: $0, series: series),
                from: RebuildSteps(plan, parent: source, stream.alterations).provenance, in: archive.path)
        }
        try target.write(stream)
        if secrets.redact, saveAs == nil, case .archive(_, let image) = source.origin { try log(stream, of: image) }
        if secrets.redact, !talk.quiet {
            let count = stream.alterations.count(.redacted)
            Console.note("xsarchive: \(count) secret value\(count == 1 ? "" : "s") replaced")
        }
        target.tellSaved(saved)
    }

    /// Records in the custody log what has left the archive, and that secrets in it were replaced.
    private func log(_ stream: RebuiltStream, of image: ArchivedImage) throws {
        let how = secrets.redactKey == nil ? "by the letter x" : "by a keyed hash"
        let note = "written to \(output ?? "-"), \(stream.alterations.count(.redacted)) secret values replaced \(how)"
        let opened = try Archive.openExisting(archive.path)
        try CustodyLog(opened).record(
            Provenance(.rebuild, source: "@\(image.imageID)", note: note),
            file: (Int64(stream.image.size), stream.image.sha256))
    }
}
