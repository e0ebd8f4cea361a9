import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run a named query; without a name, list the queries.",
        discussion: """
            --datasette prints what Datasette needs to show all queries: xsarchive query --datasette > \
            metadata.yaml, then datasette xsarchive.db -m metadata.yaml.
            'xsarchive query NAME --help' explains a query: why, parameters, columns, and its SQL, which also runs \
            unchanged in SQLite's own shell.
            Examples:
              xsarchive query
              xsarchive query dead_owner -i @latest
              xsarchive query path_history -P path=/local/domain/1/name
              xsarchive query growth -P before_id=@latest~1 -P after_id=@latest
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The query's name.", completion: .list(NamedQuery.all.map(\.name)))
    var name: String?

    @Option(
        name: [.short, .customLong("image")], help: "The image, archived or a file (default: @latest).",
        completion: .file())
    var image: String?

    @Option(name: [.customShort("P"), .customLong("parameter")], help: "A parameter, as key=value; can be repeated.")
    var parameter: [String] = []

    @OptionGroup var time: TimeoutOptions

    @Flag(help: "Explain the query instead of running it.")
    var explain = false

    @Flag(help: "Print metadata for Datasette (YAML) with all queries.")
    var datasette = false

    func validate() throws {
        if explain && name == nil { throw ValidationError("--explain requires the name of a query.") }
        if datasette && name != nil {
            throw ValidationError("--datasette covers all queries; leave out \(name ?? "the name").")
        }
    }

    /// Turns --help after a query's name into --explain, as the parser's help knows only the
    /// command.
    static func explaining(_ arguments: [String]) -> [String] {
        guard arguments.first == "query", let index = arguments.firstIndex(where: { $0 == "--help" || $0 == "-h" }),
            arguments[..<index].dropFirst().contains(where: { name in NamedQuery.all.contains { $0.name == name } })
        else { return arguments }
        var result = arguments
        result[index] = "--explain"
        return result
    }

    func run() throws {
        if datasette { return Console.print(DatasetteMetadata.yaml(database: archiveName), terminator: "") }
        guard let name else { return list() }
        let query = try NamedQuery.named(name)
        if explain { return explain(query) }
        var values = try parameters()
        guard query.parameters.contains(where: { $0.name == "image_id" }) && values["image_id"] == nil else {
            if image != nil {
                let reason =
                    values["image_id"] == nil
                    ? "reads all images; leave out -i" : "got its image twice; give either -i or -P image_id"
                throw ArchiveError(.usage, "query \(name) \(reason)")
            }
            let opened = try archive.open()
            for parameter in query.parameters where parameter.isImage {
                guard let value = values[parameter.name], let reference = try ImageReference(value) else { continue }
                let image = try opened.image(reference)
                try SeriesNote.say(reference, image, opened)
                values[parameter.name] = String(image.imageID)
            }
            let statement = try query.prepare(opened, parameters: values, timeout: time.timeout)
            // An id that no image has finds nothing.
            let images = query.parameters.filter(\.isImage).compactMap { values[$0.name].flatMap(Int64.init) }.filter {
                (try? opened.image(id: $0)) != nil
            }
            try query.printRows(statement, of: images, in: opened, format: output.format)
            return
        }
        try archive.printRows(
            of: name, image: image ?? "@latest", parameters: values, format: output.format, timeout: time.timeout)
    }

    private func parameters() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in parameter {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ArchiveError(.usage, "-P \(text): must be key=value")
            }
            values[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return values
    }

    /// The name that Datasette gives the archive: the file name without its extension.
    private var archiveName: String {
        let file = archive.path.split(separator: "/").last.map(String.init) ?? archive.path
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }

    private func list() {
        var table = Table(columns: ["group", "name", "title"], format: output.format)
        for query in NamedQuery.all.sorted(by: { ($0.group, $0.name) < ($1.group, $1.name) }) {
            table.add([.string(query.group), .string(query.name), .string(query.title)])
        }
        table.finish()
    }

    private func explain(_ query: NamedQuery) {
        var lines = ["\(query.name): \(query.title)", "", "Why: \(query.why)"]
        if !query.references.isEmpty { lines.append("See: \(query.references)") }
        if let severity = query.severity {
            lines.append("Severity of a row for 'xsarchive check': \(severity.rawValue)")
        }
        if !query.header.needs.isEmpty {
            lines.append(
                "Not applicable to an image without: " + query.header.needs.map(\.name).joined(separator: ", "))
        }
        lines += query.parameters.map { "Parameter \($0.name): \($0.help)" }
        lines += ["Columns: " + query.columns.joined(separator: ", "), ""]
        if !query.header.remarks.isEmpty { lines += query.header.remarks + [""] }
        lines.append(query.sql)
        Console.print(lines.joined(separator: "\n"), terminator: "")
    }
}
