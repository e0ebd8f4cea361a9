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
            throw ArchiveError(.usage, "\(error)\(advice(about: "\(error)").map { "; " + $0 } ?? "")")
        }
        try statement.printRows(format: output.format)
    }

    private static let views = [
        "images", "records", "nodes", "perms", "watches", "connections", "transactions", "quotas", "domains",
        "domain_records", "globals", "residues",
        "damages", "findings", "access", "messages", "domain_usage", "node_lifetimes", "node_changes", "custody",
    ]

    private func advice(about message: String) -> String? {
        if let name = message.firstMatch(of: /no such table: (\S+)/)?.output.1 {
            return Nearest.advice(String(name), among: Self.views, otherwise: "'xsarchive help sql' lists the views")
        }
        return Self.views.contains(sql) ? "use SELECT * FROM \(sql)" : nil
    }
}
