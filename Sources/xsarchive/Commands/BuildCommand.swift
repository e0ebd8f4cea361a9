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
            Examples:
              xsarchive build work.db -o state_dump
              xsarchive build work.db -o state_dump --layout v1 --strict
            """
    )

    @OptionGroup var form: StreamFormOptions

    @Argument(help: "The workspace.", completion: .file())
    var workspace: String

    @Option(
        name: [.short, .customLong("output")], help: "The file to write; '-' is standard output.", completion: .file())
    var output: String

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

    mutating func validate() {
        output = OutputName.normalized(output)
    }

    func run() throws {
        let target = RebuiltOutput(
            path: output, overwrite: force, isStrict: strict, sources: [workspace], isQuiet: talk.quiet)
        try target.check()
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
        let stream = try plan.run(reader.image)
        progress.next("writing") { Double(stream.image.size) }
        try target.report(stream, workspace)
        try target.write(stream)
    }
}
