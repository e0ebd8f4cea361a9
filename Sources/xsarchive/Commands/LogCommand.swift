import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract:
            "Show every value, permission and lifetime of a path over a series, or the history of a domain or a guest.",
        discussion: """
            Each row is a run of consecutive images in which nothing changed. until: 'now' (the series' last image \
            still has it), 'changed', 'removed', or 'unknown' (the images after it do not say it).
            Times are capture times, or import times for images without a capture time.
            With --domain: the domain's connection, and the nodes of its home that are not the same in all images.
            With --vm: under which domids a guest was seen, by the UUID in its home, and with which name; and the \
            nodes of its homes that are not the same in all images that have the guest. What differs only by the domid \
            is the same.
            Examples:
              xsarchive log /local/domain/1/name
              xsarchive log --domain 7 --series host7
              xsarchive log --vm 44f758cd-0aeb-44f9-a712-489050fe3281
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The node's path.")
    var path: String?

    @Option(help: "A domid, instead of a path.")
    var domain: UInt16?

    @Option(
        help: ArgumentHelp("A guest's UUID, with or without /vm/ before it, instead of a path.", valueName: "uuid"))
    var vm: String?

    @Option(help: "Show only this series (default: all).")
    var series: String?

    func validate() throws {
        if [path != nil, domain != nil, vm != nil].count(where: { $0 }) != 1 {
            throw ValidationError("give one of a path, --domain or --vm.")
        }
        if let vm, uuid(vm).isEmpty || uuid(vm).contains("/") {
            throw ValidationError("'\(vm)' is not a UUID; 'xsarchive domains' shows each domain's.")
        }
    }

    /// The UUID without `/vm/`.
    private func uuid(_ vm: String) -> Substring {
        vm.hasPrefix("/vm/") ? vm.dropFirst("/vm/".count) : vm[...]
    }

    func run() throws {
        var parameters: [String: String] = [:]
        if let series { parameters["series"] = series }
        if let path { parameters["path"] = path }
        if let domain { parameters["domid"] = String(domain) }
        if let vm { parameters["uuid"] = String(uuid(vm)) }
        let query = try NamedQuery.named(path != nil ? "first_last_seen" : vm != nil ? "guest_log" : "domain_log")
        let opened = try archive.open()
        let count = try query.prepare(opened, parameters: parameters)
            .printRows(format: output.format, expendable: NamedQuery.expendable, isSilentWhereEmpty: true)
        if count == 0 {
            let what = path ?? vm.map { "guest \(uuid($0))" } ?? domain.map { "domain \($0)" } ?? ""
            throw ArchiveError(
                .noSuchImage, "\(what): not found in any image\(series.map { " of series \($0)" } ?? "")",
                suggestion: try advice(opened))
        }
    }

    private func advice(_ opened: Archive) throws -> String {
        let known = try opened.series()
        if let series, !known.contains(series) {
            return Nearest.suggestion(series, among: known) ?? "'xsarchive images' lists the images and their series"
        }
        if let vm { return try nearest("/vm/" + uuid(vm), opened) ?? "'xsarchive domains' shows the UUIDs of an image" }
        guard let path else { return "'xsarchive domains' lists an image's domains" }
        if ImageReference.marks(path) { return "log takes a node's path, and reads all images" }
        guard path.hasPrefix("/") else { return "give the full path, like /local/domain/0/name" }
        guard (try? opened.image(.latest(back: 0))) != nil else { return "the archive is empty" }
        return try nearest(path, opened) ?? "'xsarchive ls' lists an image's nodes"
    }

    /// A path of the newest image that the user may have meant.
    private func nearest(_ path: String, _ opened: Archive) throws -> String? {
        guard let latest = try? opened.image(.latest(back: 0)) else { return nil }
        let nearest = try NodeTree(ImageSource(opened, latest)).nearest(to: Octets(path.utf8))
        return nearest.flatMap { $0 == Octets(path.utf8) ? nil : "did you mean \(Escape.printable($0))?" }
    }
}
