import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Answer a question by a named query; without a name, list the queries.",
        discussion: """
            Examples:
              xsarchive query
              xsarchive query dead_owner -i @latest
              xsarchive query path_history -P path=/local/domain/1/name
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The query's name.")
    var name: String?

    @Option(name: [.short, .customLong("image")], help: "The image, archived or a file (default: @latest).")
    var image: String?

    @Option(name: [.customShort("P"), .customLong("parameter")], help: "A parameter, as key=value; may be given several times.")
    var parameter: [String] = []

    @Flag(help: "Explain the query instead of running it.")
    var explain = false

    func run() throws {
        guard let name else { return list() }
        guard let query = NamedQuery.all.first(where: { $0.name == name }) else {
            throw ArchiveError(.usage, "no query is named \(name); 'xsarchive query' lists them")
        }
        if explain { return explain(query) }
        var values = try parameters()
        let opened: Archive
        if query.parameters.contains(where: { $0.name == "image_id" }) && values["image_id"] == nil {
            let (archive, imageID) = try openImage(image ?? "@latest")
            opened = archive
            values["image_id"] = String(imageID)
        } else {
            if image != nil {
                let reason = values["image_id"] == nil ? "looks at all images; leave out -i" : "has its image twice; give -i or -P image_id, not both"
                throw ArchiveError(.usage, "query \(name) \(reason)")
            }
            opened = try archive.open()
        }
        try query.prepare(opened, parameters: values).printRows(format: output.format)
    }

    /// The archive that holds the image; for a file, one in memory.
    private func openImage(_ reference: String) throws -> (Archive, Int64) {
        if reference.hasPrefix("@") {
            let (archive, image) = try archive.archivedImage(reference)
            return (archive, image.imageID)
        }
        let archive = try Archive.inMemory()
        let outcome = try Importer(archive).store(try ImageFile.prepare(reference), label: Importer.Label(name: reference))
        return (archive, outcome.imageID)
    }

    private func parameters() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in parameter {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ArchiveError(.usage, "-P \(text): write key=value")
            }
            values[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return values
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
        lines += query.parameters.map { "Parameter \($0.name): \($0.help)" }
        lines += ["Columns: " + query.columns.joined(separator: ", "), "", query.sql]
        Standard.print(lines.joined(separator: "\n"), terminator: "")
    }
}
