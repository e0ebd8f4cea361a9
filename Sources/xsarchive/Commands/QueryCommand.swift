import ArchiveSQL
import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run a named query; without a name, list the queries.",
        discussion: """
            The list is by what the queries answer; --search finds queries by words in their names, titles, reasons \
            and keywords.
            --datasette prints what Datasette needs to show all queries: xsarchive query --datasette > \
            metadata.yaml, then datasette xsarchive.db -m metadata.yaml.
            --list --format json prints, for other programs, the SQL, parameters and typed columns of all queries, \
            and the columns of all views.
            'xsarchive query NAME --help' explains a query: why, parameters, columns, and its SQL, which also runs \
            unchanged in SQLite's own shell.
            Examples:
              xsarchive query
              xsarchive query --search 'write guest'
              xsarchive query dead_owner -i @latest
              xsarchive query path_history -P path=/local/domain/1/name
              xsarchive query growth -P before_id=@latest~1 -P after_id=@latest
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The query's name.", completion: .list(ArchiveSQL.queryNames))
    var name: String?

    @Option(
        name: [.short, .customLong("image")], help: "The image, archived or a file (default: @latest).",
        completion: .file())
    var image: String?

    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var time: TimeoutOptions

    @Option(help: "List only queries that are about these words.")
    var search: String?

    @Flag(help: "List the queries; with --format json, all that a program needs to run them.")
    var list = false

    @Flag(help: "Explain the query instead of running it.")
    var explain = false

    @Flag(help: "Print metadata for Datasette (YAML) with all queries.")
    var datasette = false

    func validate() throws {
        if explain && name == nil { throw ValidationError("--explain requires the name of a query.") }
        if let search, name != nil || datasette {
            throw ValidationError("--search \(search) lists queries; leave out the rest.")
        }
        if list && (name != nil || datasette) {
            throw ValidationError("--list covers all queries; leave out \(name ?? "--datasette").")
        }
        if datasette && name != nil {
            throw ValidationError("--datasette covers all queries; leave out \(name ?? "the name").")
        }
    }

    /// Turns --help after a query's name into --explain, as the parser's help knows only the
    /// command.
    static func explaining(_ arguments: [String]) -> [String] {
        guard arguments.first == "query", let index = arguments.firstIndex(where: { $0 == "--help" || $0 == "-h" }),
            arguments[..<index].dropFirst().contains(where: ArchiveSQL.queryNames.contains)
        else { return arguments }
        var result = arguments
        result[index] = "--explain"
        return result
    }

    func run() throws {
        if datasette { return Console.print(DatasetteMetadata.yaml(database: archiveName), terminator: "") }
        guard let name else { return try printList() }
        let query = try NamedQuery.named(name)
        if explain { return explain(query) }
        var values = try parameters.values()
        if query.header.needs.contains(.log) && !query.parameters.contains(where: \.isImage) {
            return try run(query, onLogsWith: &values)
        }
        guard query.parameters.contains(where: { $0.name == "image_id" }) && values["image_id"] == nil else {
            if image != nil {
                let reason =
                    values["image_id"] == nil
                    ? "reads all images; leave out -i" : "got its image twice; give either -i or -P image_id"
                throw ArchiveError(.usage, "query \(name) \(reason)")
            }
            let opened = try archive.open()
            var images: [Int64] = []
            var named: [(String, ImageSource)] = []
            for parameter in query.parameters where parameter.isImage {
                guard let value = values[parameter.name], let id = try opened.imageID(named: value) else { continue }
                named.append((value, ImageSource(opened, try opened.image(id: id))))
                values[parameter.name] = String(id)
                images.append(id)
            }
            try SeriesNote.say(named)
            if let series = values["series"] { try opened.requireSeries(series) }
            // While the statement lives, the program's own SQL is held to what it may do.
            let count = try query.printRows(
                query.prepare(opened, parameters: values, timeout: time.timeout), of: images, in: opened,
                format: output.format, isSilentWhereEmpty: subject(values) != nil)
            try refuseAbsent(count, values, images.first, in: opened)
            return
        }
        let (opened, imageID) = try archive.queryable(image ?? "@latest")
        values["image_id"] = String(imageID)
        for parameter in query.parameters where parameter.isImage && parameter.name != "image_id" {
            guard let value = values[parameter.name], let id = try opened.imageID(named: value) else { continue }
            values[parameter.name] = String(id)
        }
        let count = try query.printRows(
            query.prepare(opened, parameters: values, timeout: time.timeout), of: [imageID], in: opened,
            format: output.format, isSilentWhereEmpty: values["path"] != nil)
        try refuseAbsent(count, values, imageID, in: opened)
    }

    /// What the parameters ask for; nil if they limit only the images.
    private func subject(_ values: [String: String]) -> AbsentSubject.Subject? {
        if let path = values["path"] { return .path(path) }
        if let uuid = values["uuid"] { return .guest(uuid.hasPrefix("/vm/") ? String(uuid.dropFirst(4)) : uuid) }
        return values["domid"].map { .domain($0) }
    }

    /// Refuses a path, a domain or a guest of which there is no row, as no image has it.
    /// - Parameters:
    ///   - count: the number of rows; nil if the query does not apply.
    ///   - imageID: the only image that was looked at; nil if it was all of them.
    private func refuseAbsent(
        _ count: Int?, _ values: [String: String], _ imageID: Int64?, in opened: Archive
    ) throws {
        guard count == 0, let subject = subject(values) else { return }
        guard let imageID else {
            throw try AbsentSubject(subject: subject, series: values["series"]).error(opened)
        }
        guard let path = values["path"] else { return }
        let source = ImageSource(opened, try opened.image(id: imageID))
        _ = try Listing.find(try NodeTree(source, atOrBelow: Octets(path.utf8)), Octets(path.utf8))
        throw ArchiveError(.noSuchNode, "\(path): the image has no such node")
    }

    /// The name that Datasette gives the archive: the file name without its extension.
    private var archiveName: String {
        let file = archive.path.split(separator: "/").last.map(String.init) ?? archive.path
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }

    private func printList() throws {
        let queries = search.map(NamedQuery.search) ?? NamedQuery.all
        guard !queries.isEmpty else { throw ArchiveError(.noSuchQuery, "no query is about '\(search ?? "")'") }
        if list && output.format == .json { return Console.print(QueryCatalog(queries: queries).json.text) }
        QueryList(queries: queries).print(output.format)
    }

    private func explain(_ query: NamedQuery) {
        var lines = ["\(query.name): \(query.title)", "", "Why: \(query.why)"]
        if !query.references.isEmpty { lines.append("See: \(query.references)") }
        if let severity = query.severity {
            lines.append("Severity of a row for 'xsarchive check': \(severity.rawValue)")
        }
        let needs = query.header.needs.filter { $0 != .log }
        if needs.count < query.header.needs.count { lines.append("Not applicable to an archive without a log") }
        if !needs.isEmpty {
            lines.append("Not applicable to an image without: " + needs.map(\.name).joined(separator: ", "))
        }
        lines += query.parameters.map { "Parameter \($0.name): \($0.help)" }
        lines += ["Columns: " + query.columns.joined(separator: ", "), ""]
        if !query.header.remarks.isEmpty { lines += query.header.remarks + [""] }
        lines.append(query.sql)
        Console.print(lines.joined(separator: "\n"), terminator: "")
    }
}
