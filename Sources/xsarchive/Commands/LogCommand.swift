import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show every value, permission and lifetime of a path over a series, or the history of a domain.",
        discussion: """
            Each row is a run of consecutive images in which nothing changed. until: 'now' (the series' last image \
            still has it), 'changed' or 'removed'.
            Times are capture times, or import times for images without a capture time.
            With --domain: the domain's connection, and the nodes of its home that are not the same in all images.
            Examples:
              xsarchive log /local/domain/1/name
              xsarchive log --domain 7 --series host7
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The node's path.")
    var path: String?

    @Option(help: "A domid, instead of a path.")
    var domain: UInt16?

    @Option(help: "Show only this series (default: all).")
    var series: String?

    func validate() throws {
        if (path == nil) == (domain == nil) { throw ValidationError("give either a path or --domain.") }
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
                "\(what): not found in any image\(series.map { " of series \($0)" } ?? ""); \(try advice(opened))")
        }
    }

    private func advice(_ opened: Archive) throws -> String {
        let known = try opened.series()
        if let series, !known.contains(series) {
            return Nearest.advice(
                series, among: known,
                otherwise: "'xsarchive images' lists the images and their series")
        }
        guard let path else { return "'xsarchive domains' lists an image's domains" }
        if path.hasPrefix("@") { return "log takes a node's path, and reads all images" }
        guard path.hasPrefix("/") else { return "give the full path, like /local/domain/0/name" }
        guard let latest = try? opened.image(named: "@latest") else { return "the archive is empty" }
        let nearest = try NodeTree(ImageSource(opened, latest)).nearest(to: Octets(path.utf8))
        return nearest.map { "did you mean \(Escape.printable($0))?" } ?? "'xsarchive ls' lists an image's nodes"
    }
}
