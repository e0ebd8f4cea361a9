import ArgumentParser
import XenstoreArchive

struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Run a SELECT on the archive, read-only.",
        discussion: """
            The views are images, records, nodes, perms, watches, connections, transactions, quotas, domains, \
            domain_records, globals, residues, damages and findings; then access, messages, domain_usage, \
            node_lifetimes and node_changes. If the SQL begins with a comment, put -- before it.
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
        let statement: Statement
        do {
            statement = try archive.database.prepareReadOnly(sql, timeout: time.timeout)
        } catch let error as ArchiveError where error.code == .usage {
            throw ArchiveError(.usage, error.message, suggestion: advice(about: error), cause: error.cause)
        }
        try statement.printRows(format: output.format)
    }

    private func advice(about error: ArchiveError) -> String? {
        let views = Archive.viewNames
        if let name = error.cause?.missingTable {
            return Nearest.suggestion(name, among: views) ?? "'xsarchive help sql' lists the views"
        }
        return views.contains(sql) ? "use SELECT * FROM \(sql)" : nil
    }
}
