import ArgumentParser
import XenstoreArchive
import XenstoreClient
import XenstoreStream

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Follow a running xenstored, and store an image whenever its nodes have changed.",
        discussion: """
            It reads the store once as 'xsarchive capture' does, then only what the daemon says has changed. At most \
            one image is stored in each --interval, and none while nothing changes; values between two images are not \
            seen. Some changes come without an event, such as permissions that a daemon rewrites when a domain ends: \
            every --sweep everything is read again, and the custody log names what that found.
            If the daemon restarts it connects again, and the next image's entry in the custody log has the time in \
            which changes were not seen. Without space for an image it says so once, and stores again when there is \
            some. If the clock is set back, capture times go on from the last image, and it says so.
            It runs until SIGTERM or SIGINT, then stores what has changed.
            --prune removes, at the start and once a day, the images of the series that no --keep rule keeps \
            ('xsarchive help prune').
            docs/capture.md has what it costs, and the systemd unit.
            Exit status: 0 stopped by a signal, 2 trouble, 64 wrong usage.
            Examples:
              xsarchive record --series host7 -a /var/lib/xsarchive/xsarchive.db
              xsarchive record --series host7 --interval 1min --prune --keep-last 100 --keep-hourly 48 --keep-daily 30
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Option(help: "The series of the images, such as the host's name.")
    var series: String

    @Option(help: "The images' name.")
    var name = "record"

    @Option(
        help: "The daemon's socket, or /dev/xen/xenbus (default: where Xen's own tools look for it).",
        completion: .file())
    var socket: String?

    @Option(help: ArgumentHelp("The least time between two images: 10s, 5min, 1h.", valueName: "time"))
    var interval = TimeSpan(seconds: 10)

    @Option(help: ArgumentHelp("The time after which everything is read again.", valueName: "time"))
    var sweep = TimeSpan(seconds: 3600)

    @Option(help: ArgumentHelp("How long reading what changed may take.", valueName: "time"))
    var timeout = TimeSpan(seconds: 60)

    @OptionGroup var pace: RateOptions

    @Flag(help: "At the start and once a day, remove the images that no rule keeps.")
    var prune = false

    @OptionGroup var keep: RetentionOptions
    @OptionGroup var talk: QuietOption

    func validate() throws {
        try ImageName.validate(name)
        try SeriesName.validate(series)
        if prune, keep.retention.isEmpty {
            throw ValidationError("--prune requires a rule of what to keep, such as --keep-last 100.")
        }
        if !prune, !keep.retention.isEmpty { throw ValidationError("a --keep rule requires --prune.") }
    }

    func run() throws {
        let plan = RecordPlan(
            socket: socket ?? StoreSocket.standard, archive: archive.path, series: series, name: name,
            interval: interval.duration, sweep: sweep.duration, timeout: timeout.duration, rate: pace.rate,
            retention: prune ? keep.retention : nil, isQuiet: talk.quiet)
        try Recorder(plan).run()
    }
}
