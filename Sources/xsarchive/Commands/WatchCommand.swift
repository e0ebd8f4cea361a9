import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Wait for new images of a series, and print what is new in each as JSON lines.",
        discussion: """
            It compares each image that is stored from now on, by 'xsarchive record' or in any other way, with the one \
            before it. A line is one event: a finding of 'xsarchive check' that the image before does not have, a \
            change at a --path, or a row of a --query that the image before does not give. Lines have the members \
            event (finding, change or row), series, image_id and captured_at, and those of the event.
            --exec runs a command of the shell for each event, with the line on its standard input; nothing of an \
            event is in the command itself. --fail-on ends the watch at the first such finding, with exit status 1.
            Exit status: 0 ended by SIGTERM or SIGINT, 1 a finding at or above --fail-on, 2 trouble, 64 wrong usage.
            Examples:
              xsarchive watch --series host7
              xsarchive watch --series host7 --path '/local/domain/*/state' --exec 'logger -t xenstore'
              xsarchive watch --series host7 --query dead_owner --no-findings
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Option(help: "The series.")
    var series: String

    @Option(
        help:
            """
            The lowest severity of a finding that is an event: info, warning or error (default: warning, or that of \
            --fail-on if it is lower).
            """
    )
    var severity: Finding.Severity?

    @Option(help: "End with exit status 1 at the first finding of this severity or a higher one.")
    var failOn: Finding.Severity?

    @Flag(help: "Do not look for findings.")
    var noFindings = false

    @Option(help: "Changes at and below this path are events; with * ? and [] those whose whole path matches.")
    var path: [String] = []

    @Option(help: "New rows of this named query are events.")
    var query: [String] = []

    @Option(help: ArgumentHelp("A command of the shell that gets each event.", valueName: "command"))
    var exec: String?

    @Option(help: ArgumentHelp("The time between two looks at the archive.", valueName: "time"))
    var every = TimeSpan(seconds: 1)

    func validate() throws {
        try SeriesName.validate(series)
        if path.contains("") { throw ValidationError("--path is empty; give a path.") }
        if exec == "" { throw ValidationError("--exec is empty; give a command.") }
        if noFindings {
            if failOn != nil { throw ValidationError("--fail-on is about findings; omit it, or --no-findings.") }
            if path.isEmpty, query.isEmpty {
                throw ValidationError("--no-findings requires --path or --query; otherwise nothing is an event.")
            }
        }
    }

    func run() throws {
        let queries = try query.map(NamedQuery.named)
        for query in queries where !query.parameters.contains(where: { $0.name == "image_id" }) {
            throw ArchiveError(.usage, "query \(query.name) reads all images, so it cannot be watched")
        }
        guard let interrupter = StopSignal.take() else {
            throw ArchiveError(.file, "no descriptor is left for the signals that end the watch")
        }
        // A command may end before it has read its event.
        signal(SIGPIPE, SIG_IGN)
        let watch = SeriesWatch(
            series: series, severity: noFindings ? nil : min(severity ?? .warning, failOn ?? .error),
            patterns: path.map(PathPattern.init),
            queries: queries)
        var stamp = FileStamp(archive.path)
        var opened = try archive.open()
        try opened.requireSeries(series)
        let ends = try opened.seriesWithEnds().first { $0.name == series }
        guard let newest = ends?.last.imageID else { return }
        var place = try watch.place(opened.image(id: newest), in: opened)
        var lastID = try watch.images(after: 0, in: opened).last?.imageID ?? newest
        Console.note("xsarchive: \(archive.path): waiting for what comes after @\(lastID)")
        let pause = Int32(min(every.duration.components.seconds * 1000, 86_400_000))
        while true {
            var state = pollfd(fd: interrupter, events: Int16(POLLIN), revents: 0)
            if poll(&state, 1, max(pause, 100)) > 0 { return }
            let now = FileStamp(archive.path)
            guard now != stamp, now != nil else { continue }
            opened = try archive.open()
            for image in try watch.images(after: lastID, in: opened) {
                let (events, next) = try watch.events(image, after: place, in: opened)
                for event in events { try tell(event) }
                (place, lastID) = (next, image.imageID)
            }
            stamp = now
        }
    }

    private func tell(_ event: SeriesWatch.Event) throws {
        let line = event.json.text
        Console.print(line)
        Console.flush()
        if let exec, let trouble = EventCommand(line: exec).run(line) {
            Console.note("xsarchive: --exec: the command \(trouble)")
        }
        if let failOn, let severity = event.severity, severity >= failOn { throw Exit.differences.code }
    }
}
