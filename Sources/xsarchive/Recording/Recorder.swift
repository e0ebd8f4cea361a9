import XenstoreArchive
import XenstoreClient
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Follows a daemon, and stores an image whenever something has changed.
///
/// What is to be stored is kept until it is stored: without space nothing is lost but the images
/// between.
final class Recorder {
    private let plan: RecordPlan
    private let archive: RecordArchive
    private let interrupter: Int32
    private var follower: StoreFollower
    private var clock: CaptureClock

    /// When the store may be read and an image be stored next.
    private var nextLook = ContinuousClock.now
    private var nextSweep = ContinuousClock.now
    private var nextPrune = ContinuousClock.now
    /// An image that is stored even if nothing has changed; nil: none.
    private var owed: RecordNote.Reason? = .start
    private var gaps: [RecordNote.Gap] = []
    private var silent: [Octets] = []
    private var isAfterSweep = false
    /// How many attempts to store what is known have failed, and why the last did.
    private var unstored: (count: Int, why: String)?
    private var hasSweepTrouble = false
    private var lastMoment: Int64?
    private var lastDigest: String?

    /// Between two prunes.
    private static let day = Duration.seconds(86_400)
    /// For the last reading, after a signal to stop.
    private static let lastTimeout = Duration.seconds(5)

    /// Opens the archive, connects, and reads the store once.
    /// - Throws: `ArchiveError`.
    init(_ plan: RecordPlan) throws {
        self.plan = plan
        archive = RecordArchive(plan)
        guard let interrupter = StopSignal.take() else {
            throw ArchiveError(.file, "no descriptor is left for the signals that end the recorder")
        }
        self.interrupter = interrupter
        let newest = try archive.prepare()
        clock = CaptureClock(newest: newest)
        do throws(StoreCapture.Failure) {
            follower = try Self.connect(plan, interrupter)
        } catch {
            throw CaptureReport.error(error, socket: plan.socket)
        }
        nextSweep += plan.sweep
        if let newest {
            gaps = [RecordNote.Gap(from: newest, to: follower.moment, why: "no recorder was running")]
        }
    }

    private static func connect(
        _ plan: RecordPlan, _ interrupter: Int32
    ) throws(StoreCapture.Failure) -> StoreFollower {
        let client: StoreClient
        do throws(StoreError) {
            client = try StoreClient(path: plan.socket)
        } catch {
            throw .request(error)
        }
        client.rate = plan.rate
        client.interrupter = interrupter
        return try StoreFollower(client, timeout: plan.timeout)
    }

    // MARK: Running

    /// Records until a signal to stop comes.
    /// - Throws: `ArchiveError` if the archive cannot be used any more.
    func run() throws {
        say("following the daemon (\(follower.daemon.name)); the archive is \(plan.archive), series \(plan.series)")
        while true {
            do {
                return try follow()
            } catch let failure as StoreCapture.Failure {
                guard reconnect(after: failure) else { return }
            }
        }
    }

    private func follow() throws {
        while !follower.client.isInterrupted {
            let now = ContinuousClock.now
            if now >= nextSweep { try sweep() }
            if now >= nextLook {
                if follower.isBehind {
                    try follower.update(timeout: plan.timeout)
                    nextLook = .now + plan.interval
                }
                if follower.isChanged || owed != nil { try store(owed ?? (isAfterSweep ? .sweep : .events)) }
            }
            if let retention = plan.retention, now >= nextPrune { try prune(retention) }
            let isWaiting = follower.isBehind || follower.isChanged || owed != nil
            let ends = [nextSweep] + (isWaiting ? [nextLook] : []) + (plan.retention == nil ? [] : [nextPrune])
            do throws(StoreError) {
                try follower.wait(max(.zero, (ends.min() ?? nextSweep) - .now))
            } catch {
                throw StoreCapture.Failure.request(error)
            }
        }
        try finish()
    }

    /// Stores what is known of the changes up to the signal.
    private func finish() throws {
        follower.client.interrupter = nil
        do {
            // Also if no event was seen: one may be on its way, before the barrier of an update.
            try follower.update(timeout: min(plan.timeout, Self.lastTimeout))
            guard follower.isChanged || owed != nil else { return }
            try store(owed ?? .stop)
        } catch let failure as StoreCapture.Failure {
            return complain("\(failureText(failure)); the last changes were not read")
        }
        if let unstored {
            throw ArchiveError(.full, "\(plan.archive): the last changes are not stored: \(unstored.why)")
        }
    }

    private func sweep() throws {
        nextSweep = .now + plan.sweep
        let (found, isWhole) = try follower.sweep(timeout: plan.sweep, settling: plan.timeout)
        isAfterSweep = true
        silent += found
        if !isWhole, !hasSweepTrouble, !follower.client.isInterrupted {
            complain("a sweep did not end before the next one is due; lift --rate, or give a longer --sweep")
        }
        hasSweepTrouble = !isWhole
        if !found.isEmpty { say("a sweep found \(found.count) changes of which no event came") }
    }

    private func prune(_ retention: Retention) throws {
        nextPrune = .now + Self.day
        do {
            let count = try archive.prune(retention) { !follower.client.isInterrupted }
            if count > 0 { say("pruned \(count == 1 ? "1 image" : "\(count) images")") }
        } catch let error as ArchiveError where RecordArchive.mayPass(error) {
            complain("not pruned: \(Advice.line(error)); the next try is in a day")
        }
    }

    // MARK: Storing

    private func store(_ reason: RecordNote.Reason) throws {
        nextLook = .now + plan.interval
        let captured = try follower.image()
        let image = try ScannedImage(bytes: captured.stream(), layout: .v1).covering(captured.coverage)
        // Changed, and changed back.
        if owed == nil, image.sha256 == lastDigest, captured.unsettled.isEmpty { return settle(image, captured) }
        var clock = clock
        let reading = clock.read(wall: captured.moment)
        var note = RecordNote(reason: reason, captured: captured)
        (note.since, note.gaps, note.silent) = (lastMoment, gaps, silent)
        (note.clock, note.unstored) = (reading, unstored)
        do {
            let outcome = try archive.store(image, at: reading.time, note)
            self.clock = clock
            if !plan.isQuiet { Console.print(outcome.line(name: plan.name, image)) }
            Console.flush()
        } catch let error as ArchiveError where RecordArchive.mayPass(error) {
            if unstored == nil { complain("not stored: \(Advice.line(error)); stores again when it can") }
            unstored = ((unstored?.count ?? 0) + 1, error.message)
            return
        }
        if let unstored {
            complain("stores again after \(unstored.count) failed attempts; what changed in between is in one image")
        }
        if let wall = reading.wall {
            let time = try CaptureReport.time(max(0, wall))
            complain(
                "the clock says \(time), which is before the last image; the capture time goes on from there, and the "
                    + "custody log has both; if the earlier time was wrong, use another --series")
        }
        if !captured.unsettled.isEmpty {
            complain("\(captured.unsettled.count) paths were still changing when the image was stored")
        }
        settle(image, captured)
    }

    /// The archive has what is known.
    private func settle(_ image: ScannedImage, _ captured: CapturedStore) {
        (owed, gaps, silent, unstored, isAfterSweep) = (nil, [], [], nil, false)
        (lastDigest, lastMoment) = (image.sha256, captured.moment)
        follower.forgetChanges()
    }

    // MARK: The connection

    /// Connects again, and reads everything again.
    /// - Returns: false if a signal to stop came first.
    private func reconnect(after failure: StoreCapture.Failure) -> Bool {
        // Without an event that was not looked at, the store is known up to the loss.
        let from = follower.isBehind ? follower.moment : StoreCapture.now()
        let why = failureText(failure)
        complain("\(why); changes are not seen until there is a connection again")
        var delay = 100
        while true {
            var state = pollfd(fd: interrupter, events: Int16(POLLIN), revents: 0)
            if poll(&state, 1, Int32(delay)) > 0 { return false }
            delay = min(5000, 2 * delay)
            guard let next = try? Self.connect(plan, interrupter) else { continue }
            follower = next
            break
        }
        complain("connected again (\(follower.daemon.name))")
        gaps.append(RecordNote.Gap(from: from, to: follower.moment, why: why))
        owed = owed ?? .reconnect
        nextSweep = .now + plan.sweep
        return true
    }

    private func failureText(_ failure: StoreCapture.Failure) -> String {
        CaptureReport.error(failure, socket: plan.socket).message
    }

    // MARK: Saying

    private func say(_ text: String) {
        if !plan.isQuiet { complain(text) }
    }

    private func complain(_ text: String) {
        Console.flush()
        Console.note("xsarchive: \(plan.socket): \(text)")
    }
}
