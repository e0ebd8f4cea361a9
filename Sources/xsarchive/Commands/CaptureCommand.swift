import ArgumentParser
import XenstoreArchive
import XenstoreClient
import XenstoreStream

struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Read the nodes of a running xenstored as of one moment, into the archive or a file.",
        discussion: """
            It asks the daemon as any client does, and changes nothing. The image has nodes, values and permissions; \
            connections, watches, transactions and quotas are unknown, as a client does not see them.
            With --method auto, oxenstored is read in one transaction, which is a snapshot. Any other daemon is \
            walked: everything is read, then again what has changed meanwhile, until nothing changes. The capture \
            time is that moment. A store that does not rest within --timeout gives an image whose paths in doubt are \
            listed, and exit status 1.
            The custody log has the daemon, the method, the times, and the domains that are introduced.
            docs/capture.md says which way is right for which host.
            Exit status: 0 done, 1 stored, but some paths were still changing, 2 no image, 64 wrong usage.
            Examples:
              xsarchive capture --series host7
              xsarchive capture --subtree /local/domain/7 --name guest7
              xsarchive capture -o state.bin --timeout 300 --rate 500
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Option(
        help: "The daemon's socket, or /dev/xen/xenbus (default: where Xen's own tools look for it).",
        completion: .file())
    var socket: String?

    @Option(help: "The series of the image, such as a host's name (default: main).")
    var series: String?

    @Option(help: "The image's name (default: capture).")
    var name: String?

    @Option(help: "Read the nodes at and below a path only.")
    var subtree: RootPath?

    @Option(
        name: [.short, .customLong("output")], help: "Write a file instead; '-' is standard output.",
        completion: .file())
    var output: String?

    @Option(help: "How to read: auto, walk or transaction.")
    var method: CaptureMethod = .auto

    @Option(help: "The most requests a second (default: no limit).")
    var rate: Double?

    @Option(help: "Seconds after which the capture ends.")
    var timeout: Double = 60

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var talk: QuietOption

    mutating func validate() throws {
        output = output.map(OutputName.normalized)
        try name.map(ImageName.validate)
        try series.map(SeriesName.validate)
        guard timeout > 0, timeout <= 1e6 else {
            throw ValidationError("--timeout requires a number of seconds above 0, at most 1000000.")
        }
        if let rate, !(rate > 0 && rate <= 1e6) {
            throw ValidationError("--rate requires a number of requests above 0, at most 1000000.")
        }
        if output != nil, name != nil || series != nil {
            throw ValidationError("--name and --series are of an image in the archive; omit them, or -o.")
        }
        if output == nil, force { throw ValidationError("--force requires -o.") }
    }

    func run() throws {
        let file = RebuiltOutput(
            path: output, overwrite: force, isStrict: false, sources: [archive.path], isQuiet: talk.quiet)
        if output != nil { try file.check() }
        let path = socket ?? StoreSocket.standard
        let progress = Progress("reading \(path)", isWanted: !talk.quiet)
        let captured = try read(path)
        progress.next("storing")
        let report = CaptureReport(captured, socket: path)
        let image = try ScannedImage(bytes: captured.stream(), layout: .v1).covering(captured.coverage)
        if let output {
            try file.write(image)
            if !talk.quiet {
                Console.note(
                    "xsarchive: \(output): the file cannot say what it does not have: read without its archive, it "
                        + "looks like a host without connections, watches and stale marks"
                        + (subtree == nil ? "" : ", and without other nodes"))
            }
        } else {
            let label = ImageLabel(name: name ?? "capture", series: series ?? "main", capturedAt: try report.moment)
            let opened = try Archive.openOrCreate(archive.path)
            opened.noteUpgrade()
            let outcome = try Importer(opened).store(image, label: label, from: report.provenance())
            if !talk.quiet { Console.print(outcome.line(name: label.name, image)) }
        }
        Console.flush()
        for line in report.lines(isQuiet: talk.quiet, isArchived: output == nil) {
            Console.note("xsarchive: \(path): \(line)")
        }
        if !captured.unsettled.isEmpty { throw Exit.differences.code }
    }

    private func read(_ path: String) throws -> CapturedStore {
        do {
            let client = try StoreClient(path: path)
            client.rate = rate
            var plan = StoreCapture()
            plan.method = method
            plan.timeout = .seconds(timeout)
            if let subtree { plan.top = subtree.octets }
            return try plan.run(client)
        } catch let error as StoreError {
            throw CaptureReport.error(.request(error), socket: path)
        } catch let error as StoreCapture.Failure {
            throw CaptureReport.error(error, socket: path)
        }
    }
}
