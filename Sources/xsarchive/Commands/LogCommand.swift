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
            Images are in the order of time, and those that do not cover a path are passed over there. times: whether \
            first_seen and last_seen are times of a capture, or of an import because the capture's is unknown.
            Who changed a value is not in an image; 'xsarchive access' says who could have (docs/operations.md).
            --events shows the events of logs between the images: of a path what changed it and who, with outcome and \
            transaction; with --domain the domain's life, from its introduction to its release; with --vm the life \
            of all domids that the guest had, each in its span of time.
            With --domain: the domain's connection, and the nodes of its home that are not the same in all images.
            With --vm: under which domids a guest was seen, by the UUID in its home, and with which name; and the \
            nodes of its homes that are not the same in all images that have the guest. What differs only by the domid \
            is the same.
            Examples:
              xsarchive log /local/domain/1/name
              xsarchive log /local/domain/1/name --events
              xsarchive log --domain 7 --series host7
              xsarchive log --vm 44f758cd-0aeb-44f9-a712-489050fe3281
              xsarchive log --vm 44f758cd-0aeb-44f9-a712-489050fe3281 --events
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

    @Flag(help: "Show the events of logs, too: who changed the path, or the life of the domain or guest.")
    var events = false

    func validate() throws {
        if events && domain != nil && series != nil {
            throw ValidationError("--events --domain shows all logs; omit --series.")
        }
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
        let opened = try archive.open()
        if events { return try printEvents(parameters, opened) }
        let query = try NamedQuery.named(path != nil ? "first_last_seen" : vm != nil ? "guest_log" : "domain_log")
        let count = try query.prepare(opened, parameters: parameters)
            .printRows(format: output.format, expendable: NamedQuery.expendable, isSilentWhereEmpty: true)
        guard count == 0 else { return }
        let subject: AbsentSubject.Subject =
            path.map { .path($0) } ?? vm.map { .guest(String(uuid($0))) } ?? .domain(domain.map { String($0) } ?? "")
        throw try AbsentSubject(subject: subject, series: series).error(opened)
    }

    private func printEvents(_ parameters: [String: String], _ opened: Archive) throws {
        let query = try NamedQuery.named(path != nil ? "log_path" : vm != nil ? "log_guest" : "log_domain")
        if let reason = try query.inapplicability(opened) {
            throw ArchiveError(.usage, "--events: \(reason)")
        }
        if let series { try opened.requireSeries(series) }
        for sentence in try query.logLimitations(opened, parameters: [:]) { Console.note("xsarchive: \(sentence)") }
        let count = try query.prepare(opened, parameters: parameters)
            .printRows(format: output.format, expendable: NamedQuery.expendable, isSilentWhereEmpty: true)
        guard count == 0 else { return }
        let what = path ?? vm.map { "guest \(uuid($0))" } ?? "domain \(domain.map { String($0) } ?? "")"
        throw ArchiveError(.noSuchNode, "\(Escape.printable(what)): neither an image nor a log has it")
    }
}
