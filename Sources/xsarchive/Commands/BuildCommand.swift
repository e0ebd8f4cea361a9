import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive

struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make a stream from a workspace.",
        discussion: """
            Each row from which no record can be made is reported on standard error, with its table, its key and the \
            reason; then nothing is written and the exit status is 2. An unchanged workspace gives the image back \
            byte for byte, if the image was clean.
            A workspace keeps what its image covers, which a file cannot say: with --save-as, the built image of a \
            part of a host, or of a damaged image, covers no more than that one.
            Examples:
              xsarchive build work.db -o state_dump
              xsarchive build work.db -o state_dump --layout v1 --strict
              xsarchive build work.db --save-as edited
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var form: StreamFormOptions

    @Argument(help: "The workspace.", completion: .file())
    var workspace: String

    @Option(
        name: [.short, .customLong("output")], help: "The file to write; '-' is standard output.", completion: .file())
    var output: String?

    @Option(help: "Store the stream in the archive under this name, with the workspace as its source.")
    var saveAs: String?

    @Option(help: "The series in which --save-as stores it.")
    var series = "rebuilt"

    @Flag(
        help:
            """
            Move a target domain's connection before that of the domain that acts for it. Otherwise daemons lose the \
            target.
            """
    )
    var moveTargets = false

    @Flag(help: "If anything is lost, write nothing and exit with status 2.")
    var strict = false

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var talk: QuietOption

    mutating func validate() throws {
        output = output.map(OutputName.normalized)
        try saveAs.map(ImageName.validate)
        try SeriesName.validate(series)
    }

    func run() throws {
        let target = RebuiltOutput(
            path: output, overwrite: force, isStrict: strict, sources: [archive.path, workspace], isQuiet: talk.quiet)
        try target.check(savingAs: saveAs)
        let progress = Progress("reading \(workspace)", isWanted: !talk.quiet) { Double(FileIO.size(workspace)) }
        let reader = try WorkspaceReader(workspace)
        guard reader.problemCount == 0 else {
            for problem in reader.problems { Console.note("xsarchive: \(workspace): \(problem.text)") }
            if reader.problemCount > reader.problems.count {
                Console.note(
                    "xsarchive: \(workspace): \(reader.problemCount - reader.problems.count) more rows are unusable")
            }
            throw Exit.trouble.code
        }
        var plan = Rebuild()
        plan.form = form.form
        plan.movesTargets = moveTargets
        progress.next("making the stream")
        let stream = try plan.run(reader)
        progress.next("writing") { Double(stream.image.size) }
        try target.report(stream, workspace)
        let steps = RebuildSteps(
            plan, workspace: workspace, parentSHA256: reader.sourceSHA256, stream.alterations)
        let saved = try saveAs.map {
            try target.save(
                stream, as: ImageLabel(name: $0, series: series), from: steps.provenance, in: archive.path)
        }
        try target.write(stream)
        target.tellSaved(saved)
    }
}
