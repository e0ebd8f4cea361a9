import ArgumentParser
import XenstoreArchive

struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Run a SELECT on the archive. Nothing can be changed this way.",
        discussion: """
            The views are images, records, nodes, perms, watches, connections, transactions, quotas, domains, domain_records, globals, \
            residues, damages and findings; then access, messages, domain_usage, node_lifetimes and \
            node_changes. SQL that begins with a comment needs -- before it.
            Example:
              xsarchive sql "SELECT path, value FROM nodes WHERE image_id = 1 AND path GLOB '/local/domain/1/*'"
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @OptionGroup var time: TimeoutOptions

    @Argument(help: "One SELECT.")
    var sql: String

    func run() throws {
        let archive = try archive.open()
        try archive.database.prepareReadOnly(sql, timeout: time.timeout).printRows(format: output.format)
    }
}

/// How long SQL may take.
struct TimeoutOptions: ParsableArguments {
    @Option(help: "Stop after so many seconds (default: never).")
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0) { throw ValidationError("--timeout is a number of seconds above 0.") }
    }
}

extension Statement {
    /// Runs the statement and prints all its rows.
    /// - Parameters:
    ///   - format: the form of the table.
    ///   - expendable: the columns that may be left out on a narrow terminal; nil: none.
    /// - Returns: how many there were.
    @discardableResult
    func printRows(format: OutputFormat, expendable: [String]? = nil) throws -> Int {
        var table = Table(columns: (0..<columnCount).map(columnName), format: format, expendable: expendable)
        var count = 0
        do {
            while try step() {
                table.add((0..<columnCount).map(value))
                count += 1
            }
        } catch let error as ArchiveError where error.code == .database {
            // Not the archive is at fault but a function in the SQL.
            throw ArchiveError(.database, "the SQL failed: \(error.description); change the SQL")
        } catch let error as ArchiveError where error.code == .timeout {
            throw ArchiveError(.timeout, "the SQL was stopped, as its time is over; ask for less, or give it more with --timeout")
        }
        table.finish()
        return count
    }
}
