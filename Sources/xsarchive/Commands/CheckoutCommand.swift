import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive

struct CheckoutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkout",
        abstract: "Write an image into a workspace: plain SQLite tables that any tool can edit.",
        discussion: """
            The tables are image, connections, watches, transactions, nodes, perms, quotas, domains and coverage. \
            Their constraints refuse what no stream can hold. 'xsarchive build' makes a stream from them. What the \
            workspace cannot hold is reported on standard error, one line each.
            Example:
              xsarchive checkout @latest work.db
              sqlite3 work.db "UPDATE nodes SET value = 'web01' WHERE path = '/local/domain/2/name'"
              xsarchive build work.db -o state_dump
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    @Argument(help: "The workspace to make.", completion: .file())
    var workspace: String

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var talk: QuietOption

    func run() throws {
        let target = RebuiltOutput(
            path: workspace, overwrite: force, isStrict: false, sources: [archive.path, image], isQuiet: talk.quiet)
        guard workspace != "-" else {
            throw ArchiveError(.usage, "a workspace must be a file, not standard output; give a file name")
        }
        try target.check()
        let progress = Progress("reading \(image)", isWanted: !talk.quiet) { archive.size(image) }
        let source = try archive.source(image, notes: !talk.quiet)
        let writer = try WorkspaceWriter(source)
        let size = Double(source.size)
        progress.next("checking out \(source.name)", isMeasured: true) { size }
        try writer.write(workspace, overwrite: force) { progress.show(ahead: size * $0) }
        target.tell(writer.alterations, source.name)
    }
}
