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
            -i sets the parameter :image_id (or @image_id, $image_id), -P any other. A whole number is an INTEGER, \
            anything else TEXT; in single quotes, a number is TEXT, too. With a file for -i, the SQL sees only its \
            image. before_id and after_id take a reference like @latest.
            Rows are printed as they come; as text, the first 1000 decide how wide the columns are. A value may have \
            100,000,000 bytes.
            ATTACH is refused here. To join with another database, like an inventory of hosts, open both in \
            SQLite's shell: sqlite3 inventory.db "ATTACH 'xsarchive.db' AS x; SELECT ... FROM x.domains ..." \
            (docs/operations.md).
            Examples:
              xsarchive sql "SELECT path, value FROM nodes WHERE image_id = 1 AND path GLOB '/local/domain/1/*'"
              xsarchive sql -i @latest "SELECT * FROM watches WHERE image_id = :image_id"
              xsarchive sql -P path=/local/domain/1/name "SELECT image_id, value FROM nodes WHERE path = :path"
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Option(
        name: [.short, .customLong("image")], help: "The image, archived or a file, for :image_id.",
        completion: .file())
    var image: String?

    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var time: TimeoutOptions

    @Argument(help: "One SELECT.")
    var sql: String

    /// The most bytes of a value: what SQL makes, like a group_concat over everything, must not
    /// fill the memory.
    private static let longest: Int32 = 100_000_000

    func run() throws {
        let values = try parameters.values()
        let archive: Archive
        var imageID: Int64?
        if let image {
            (archive, imageID) = try self.archive.queryable(image)
        } else {
            archive = try self.archive.open()
        }
        let statement: Statement
        do {
            statement = try archive.database.prepareReadOnly(sql, timeout: time.timeout, longest: Self.longest)
        } catch let error as ArchiveError where error.code == .usage {
            throw ArchiveError(.usage, error.message, suggestion: advice(about: error), cause: error.cause)
        }
        let isArchived = image.map { ImageReference.marks($0) } ?? false
        try StatementParameters(imageID: imageID, isArchived: isArchived, values: values).bind(statement, in: archive)
        try statement.printRows(format: output.format)
    }

    private func advice(about error: ArchiveError) -> String? {
        let views = Archive.viewNames
        if let name = error.cause?.missingTable {
            return Nearest.suggestion(name, among: views) ?? "'xsarchive help sql' lists the views"
        }
        // To SQL, @latest~1 is a parameter and an operator without a value.
        if let reference = sql.firstMatch(of: /@latest~[0-9]+/) {
            return StatementParameters.advice(about: String(reference.output))
        }
        return views.contains(sql) ? "use SELECT * FROM \(sql)" : nil
    }
}
