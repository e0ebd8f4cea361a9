import ArgumentParser
import XenstoreArchive

struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "List the logs of the archive, their files, or the gaps in them.",
        discussion: """
            A log is what one daemon wrote, in however many files; lines that several files have are stored once. \
            docs/logs.md says what each form of log has, and what it cannot say.
            first_at and last_at end with Z if they are UTC; a C xenstored writes the host's local time. gaps: at how \
            many places lines may be missing, which --gaps lists.
            has_reads 0: requests that only read, and errors that a node does not exist, are not in the log.
            Examples:
              xsarchive logs
              xsarchive logs --files --format csv
              xsarchive logs --gaps
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Flag(help: "List the files that were imported, and how many lines each added.")
    var files = false

    @Flag(help: "List the places at which lines may be missing.")
    var gaps = false

    func validate() throws {
        if files && gaps { throw ValidationError("use only one of --files and --gaps.") }
    }

    func run() throws {
        let opened = try archive.open()
        let view =
            files
            ? "log_files ORDER BY log_id, file_id"
            : gaps ? "log_gaps ORDER BY log_id, position" : "logs ORDER BY log_id"
        try opened.database.prepare("SELECT * FROM \(view)").printRows(
            format: output.format, expendable: ["imported_at", "sha256", "size", "has_reads", "modified_at"])
    }
}
