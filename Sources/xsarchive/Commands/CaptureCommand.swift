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
            --method signal has oxenstored write its nodes to db.debug. --method live-update has a C xenstored of \
            Xen 4.15 or later write everything it has, by a live update with its own program. That can end the \
            daemon, so it is refused if anything is known that does so; --dry-run only says the verdict.
            Without a daemon that answers, it names the states that one has left in its run directory, such as \
            oxenstored's db, and how to import them.
            docs/capture.md says which way is right for which host.
            Exit status: 0 done, 1 stored, but some paths were still changing, or with --dry-run refused, 2 no image, \
            64 wrong usage.
            Examples:
              xsarchive capture --series host7
              xsarchive capture --subtree /local/domain/7 --name guest7
              xsarchive capture -o state.bin --timeout 300 --rate 500
              xsarchive capture --method live-update --dry-run
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

    @Option(help: "How to get the image.")
    var method: CaptureWay = .auto

    @Flag(name: [.short, .customLong("dry-run")], help: "With --method live-update: say the verdict, change nothing.")
    var dryRun = false

    @Option(help: "With --method live-update: the daemon's release of Xen, such as 4.21.1 (default: as far as seen).")
    var xen: XenRelease?

    @OptionGroup var pace: RateOptions

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
        if output != nil, name != nil || series != nil {
            throw ValidationError("--name and --series are of an image in the archive; omit them, or -o.")
        }
        if method != .liveUpdate, dryRun || xen != nil {
            throw ValidationError("--dry-run and --xen require --method live-update.")
        }
        if method.method == nil, subtree != nil {
            throw ValidationError("a daemon writes its whole state; omit --subtree, or --method \(method.rawValue).")
        }
        if dryRun, output != nil || name != nil || series != nil {
            throw ValidationError("--dry-run stores no image; omit -o, --name and --series.")
        }
        if output == nil, force { throw ValidationError("--force requires -o.") }
    }

    func run() throws {
        let path = socket ?? StoreSocket.standard
        if dryRun { return try sayVerdict(path) }
        let file = RebuiltOutput(
            path: output, overwrite: force, isStrict: false, sources: [archive.path], isQuiet: talk.quiet)
        if output != nil { try file.check() }
        let progress = Progress("reading \(path)", isWanted: !talk.quiet)
        guard method.method != nil else { return try keepState(path, file, progress) }
        var captured = try read(path)
        progress.next("storing")
        if output == nil {
            let bytes = try captured.stream()
            // Storing takes most memory, and does not need them.
            captured.dropNodes()
            let report = CaptureReport(captured, socket: path)
            let image = try ScannedImage(bytes: bytes, layout: .v1).covering(captured.coverage)
            try keep(image, at: try report.moment, from: report.provenance(), file)
        } else {
            try file.write { write in try captured.stream { try write($0[...]) } }
        }
        let report = CaptureReport(captured, socket: path)
        if let output, !talk.quiet {
            Console.note(
                "xsarchive: \(output): the file cannot say what it does not have: read without its archive, it "
                    + "looks like a host without connections, watches and stale marks"
                    + (subtree == nil ? "" : ", and without other nodes"))
        }
        Console.flush()
        for line in report.lines(isQuiet: talk.quiet, isArchived: output == nil) {
            Console.note("xsarchive: \(path): \(line)")
        }
        if !captured.unsettled.isEmpty { throw Exit.differences.code }
    }

    /// Stores an image in the archive, or writes it to the file.
    private func keep(
        _ image: ScannedImage, at moment: String, from provenance: Provenance, _ file: RebuiltOutput
    ) throws {
        if output != nil { return try file.write(image) }
        let label = ImageLabel(name: name ?? "capture", series: series ?? "main", capturedAt: moment)
        let opened = try Archive.openOrCreate(archive.path)
        opened.noteUpgrade()
        let outcome = try Importer(opened).store(image, label: label, from: provenance)
        if !talk.quiet { Console.print(outcome.line(name: label.name, image)) }
        Console.flush()
    }

    // MARK: The daemon's own state

    private func liveUpdate(_ path: String) -> LiveUpdate {
        var update = LiveUpdate(socket: path)
        update.release = xen
        update.timeout = .seconds(timeout)
        update.rate = pace.rate
        return update
    }

    private func sayVerdict(_ path: String) throws {
        let lines: [String]
        do throws(DaemonStateError) {
            lines = StateReport.lines(try liveUpdate(path).verdict())
        } catch {
            throw failed(error, path)
        }
        for line in lines { Console.print(line) }
        guard !lines.isEmpty else { return Console.print("nothing is known against a live update") }
        offerStates()
        throw Exit.differences.code
    }

    /// The error of a daemon that gives no image, after a line for each state that it may have
    /// left.
    private func failed(_ failure: DaemonStateError, _ path: String) -> ArchiveError {
        if LeftStateReport.isOffered(after: failure) { offerStates() }
        return StateReport.error(failure, socket: path)
    }

    private func offerStates() {
        Console.flush()
        for line in LeftStateReport.lines(LeftState.all(at: socket), series: series) {
            Console.note("xsarchive: " + line)
        }
    }

    private func keepState(_ path: String, _ file: RebuiltOutput, _ progress: Progress) throws {
        let state: DaemonState
        do throws(DaemonStateError) {
            state = method == .signal ? try DebugDump(socket: path).take() : try liveUpdate(path).run()
        } catch {
            throw failed(error, path)
        }
        progress.next("storing")
        let report = StateReport(state, socket: path, way: method)
        do {
            try keep(try ScannedImage(bytes: state.bytes), at: try report.moment, from: report.provenance(), file)
        } catch {
            if method == .liveUpdate { Console.note("xsarchive: \(state.file): the daemon's state stays there") }
            throw error
        }
        guard method == .liveUpdate else { return }
        state.removeFile()
        if !talk.quiet { Console.note("xsarchive: \(path): the daemon answers after the live update") }
    }

    private func read(_ path: String) throws -> CapturedStore {
        do {
            let client = try StoreClient(path: path)
            client.rate = pace.rate
            var plan = StoreCapture()
            plan.method = method.method ?? .auto
            plan.timeout = .seconds(timeout)
            if let subtree { plan.top = subtree.octets }
            return try plan.run(client)
        } catch let error as StoreError {
            throw failed(.capture(.request(error)), path)
        } catch let error as StoreCapture.Failure {
            throw failed(.capture(error), path)
        }
    }
}
