import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Tell every value, permission and lifetime of a path along a series, or what became of a domain.",
        discussion: """
            A row is a stretch of images in which nothing changed. until: 'now' (the series' last image still has it), 'changed' or 'removed'.
            Times are those of the capture, or of the import where nobody said when an image was captured.
            With --domain: the domain's connection, and the nodes of its home that were not the same in all images.
            Examples:
              xsarchive log /local/domain/1/name
              xsarchive log --domain 7 --series host7
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The node's path.")
    var path: String?

    @Option(help: "A domain, instead of a path.")
    var domain: UInt16?

    @Option(help: "Only this series (default: all).")
    var series: String?

    func validate() throws {
        if (path == nil) == (domain == nil) { throw ValidationError("Give a path or --domain, and not both.") }
    }

    func run() throws {
        var parameters: [String: String] = [:]
        if let series { parameters["series"] = series }
        if let path { parameters["path"] = path }
        if let domain { parameters["domid"] = String(domain) }
        let query = try NamedQuery.named(path == nil ? "domain_log" : "first_last_seen")
        let opened = try archive.open()
        let count = try query.prepare(opened, parameters: parameters)
            .printRows(format: output.format, expendable: NamedQuery.expendable, isSilentWhereEmpty: true)
        if count == 0 {
            let what = path ?? domain.map { "domain \($0)" } ?? ""
            throw ArchiveError(
                .noSuchImage,
                "\(what): no image\(series.map { " of series \($0)" } ?? "") knows of it; \(try advice(opened))")
        }
    }

    private func advice(_ opened: Archive) throws -> String {
        let known = try opened.series()
        if let series, !known.contains(series) {
            return Nearest.advice(series, among: known, otherwise: "'xsarchive images' lists what there is")
        }
        guard let path else { return "'xsarchive domains' lists those of an image" }
        if path.hasPrefix("@") { return "log takes a node's path, and looks at all images" }
        guard path.hasPrefix("/") else { return "write the whole path, like /local/domain/0/name" }
        guard let latest = try? opened.image(named: "@latest") else { return "there is no image yet" }
        let nearest = try NodeTree(ImageSource(opened, latest)).nearest(to: Octets(path.utf8))
        return nearest.map { "did you mean \(Escape.printable($0))?" } ?? "'xsarchive ls' shows what an image has"
    }
}
