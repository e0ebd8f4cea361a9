import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Has a C xenstored write its whole state, by a live update with its own program, and keeps the
/// file by a second name.
///
/// A live update can end the daemon, and with it the store of a host. So everything that is known
/// to do so is looked for before, and again after the daemon was told its program. What comes in
/// the moment between that and the update is not seen.
public struct LiveUpdate {
    /// The daemon's socket.
    public let socket: String
    /// The release of Xen that the user states; nil: what can be seen.
    public var release: XenRelease?
    /// How long reading the store may take.
    public var timeout: Duration = .seconds(60)
    /// For how many seconds the daemon waits for the end of open transactions.
    public var patience = 10
    /// The most requests a second; nil: as many as the daemon takes.
    public var rate: Double?

    /// - Parameter socket: the daemon's socket.
    public init(socket: String) {
        self.socket = socket
    }

    /// What is against a live update now; changes nothing.
    /// - Throws: `DaemonStateError` if the store cannot be read.
    public func verdict() throws(DaemonStateError) -> LiveUpdateVerdict {
        let follower = try connect()
        defer { follower.endWatches() }
        return try judge(follower).verdict
    }

    private func connect() throws(DaemonStateError) -> StoreFollower {
        do {
            let client = try StoreClient(path: socket)
            client.rate = rate
            return try StoreFollower(client, timeout: timeout)
        } catch let error as StoreError {
            throw .capture(.request(error))
        } catch let error as StoreCapture.Failure {
            throw .capture(error)
        } catch {
            throw .noState(socket)
        }
    }

    // MARK: The verdict

    /// What is against a live update; the process and the directory of its state if nothing is.
    private func judge(
        _ follower: StoreFollower
    ) throws(DaemonStateError) -> (verdict: LiveUpdateVerdict, target: (process: DaemonProcess, directory: String)?) {
        var verdict = LiveUpdateVerdict()
        let target = judgeDaemon(follower, &verdict)
        verdict.checkTools()
        do {
            let store = try follower.image()
            if !store.unsettled.isEmpty || !store.unreadable.isEmpty {
                verdict.refuse(.store, "the store did not rest, or has parts that this connection may not read")
            }
            if store.nodes.contains(where: { $0.path.octets.elementsEqual("/tool/xenstored/domid".utf8) }) {
                verdict.refuse(.domain, "the daemon is a domain of its own, whose live update was not tried")
            }
            var special: [(path: Octets, perms: [Permission])] = []
            for path in ["@introduceDomain", "@releaseDomain"].map({ Octets($0.utf8) }) {
                if let perms = try? follower.client.permissions(path) { special.append((path, perms)) }
            }
            try verdict.check(store, special: special) { domid throws(StoreError) in
                try follower.client.isIntroduced(domid)
            }
        } catch let error as StoreError {
            throw .capture(.request(error))
        } catch let error as StoreCapture.Failure {
            throw .capture(error)
        } catch {
            throw .noState(socket)
        }
        return (verdict, verdict.reasons.isEmpty ? target : nil)
    }

    private func judgeDaemon(
        _ follower: StoreFollower, _ verdict: inout LiveUpdateVerdict
    ) -> (process: DaemonProcess, directory: String)? {
        let daemon = follower.daemon
        guard daemon.isOxenstored == false else {
            verdict.refuse(
                .daemon, "the daemon is \(daemon.isOxenstored == true ? "oxenstored" : "not clearly a C xenstored")")
            return nil
        }
        let commands = String(decoding: daemon.commands ?? [], as: UTF8.self)
        if !commands.contains("live-update") {
            verdict.refuse(.request, "the daemon has no live update; it comes with Xen 4.15")
        }
        guard let process = DaemonProcess.serving(socket) else {
            verdict.refuse(.process, "the process that serves the socket cannot be seen")
            return nil
        }
        if process.isReplaced || access(process.program, X_OK) != 0 {
            verdict.refuse(.process, "the daemon's program \(process.program) was replaced or removed since it started")
        }
        guard let release = release ?? XenRelease.of(process) else {
            verdict.refuse(.release, "it is not known which release of Xen the daemon is of")
            return nil
        }
        if let text = Self.objection(to: release) { verdict.refuse(.release, text) }
        let directory = Self.directory(of: process, release)
        if StateFile(path: directory + "/state_dump").stamp != nil {
            verdict.refuse(.file, "\(directory)/state_dump exists: another live update is going on, or has failed")
        }
        return (process, directory)
    }

    /// Why no live update of a release is made; nil: there is no reason.
    static func objection(to release: XenRelease) -> String? {
        guard release.isAtLeast(4, 15) else { return "Xen \(release.text) has no live update" }
        guard (release.major, release.minor) == (4, 21) else { return nil }
        switch release.patch {
        case nil: return "Xen 4.21.0 cannot be updated live, and it is not known whether this is 4.21.0 or a later 4.21"
        case 0: return "Xen 4.21.0 cannot be updated live"
        default: return nil
        }
    }

    /// Where the daemon writes its state.
    static func directory(of process: DaemonProcess, _ release: XenRelease) -> String {
        if release.isAtLeast(4, 17) { return process.variable("XENSTORED_RUNDIR") ?? process.directory }
        return process.variable("XENSTORED_ROOTDIR") ?? "/var/lib/xenstored"
    }

    // MARK: The live update

    /// Makes the live update and reads the state.
    /// - Returns: the state. Its file is a second name, which stays: remove it when the state is
    ///   stored.
    /// - Throws: `DaemonStateError`.
    public func run() throws(DaemonStateError) -> DaemonState {
        let start = StoreCapture.now()
        let follower = try connect()
        let (verdict, target) = try judge(follower)
        guard let target else {
            follower.endWatches()
            throw .refused(verdict)
        }
        let dump = StateFile(path: target.directory + "/state_dump")
        let kept = StateFile(path: target.directory + "/state_dump.xsarchive-\(getpid())")
        try dump.create()
        do throws(DaemonStateError) {
            try dump.link(to: kept.path)
            try update(follower, target.process)
        } catch {
            // The daemon has written to it, if it was lost.
            if case .lost = error { throw .lost(kept.path) }
            dump.remove()
            kept.remove()
            throw error
        }
        let moment = StoreCapture.now()
        guard target.process.isRunning, answers() else { throw .lost(kept.path) }
        let bytes = try kept.read()
        guard !bytes.isEmpty else { throw .noState(kept.path) }
        return DaemonState(
            bytes: bytes, file: kept.path, daemon: follower.daemon, process: target.process, start: start,
            moment: moment)
    }

    private func update(_ follower: StoreFollower, _ process: DaemonProcess) throws(DaemonStateError) {
        do {
            let client = try StoreClient(path: socket)
            try Self.expectOK(client.control("live-update", "-f", process.program))
            // Once more, as late as possible. Then our watches go, so that the state has none.
            try follower.update(timeout: timeout)
            let verdict = try judgeAgain(follower)
            guard verdict.reasons.isEmpty else {
                _ = try? client.control("live-update", "-a")
                throw DaemonStateError.refused(verdict)
            }
            follower.endWatches()
            client.timeout = .seconds(patience + 60)
            let answer: Octets
            do throws(StoreError) {
                answer = try client.control("live-update", "-s", "-t", "\(patience)")
            } catch {
                // Without an answer the daemon has ended.
                guard error.name == nil else { throw error }
                throw DaemonStateError.lost("")
            }
            try Self.expectOK(answer)
        } catch let error as DaemonStateError {
            throw error
        } catch let error as StoreCapture.Failure {
            throw .capture(error)
        } catch let error as StoreError {
            throw error.name.map { .refusedByDaemon($0.rawValue) } ?? .capture(.request(error))
        } catch {
            throw .noState(socket)
        }
    }

    /// The verdict without what this made itself.
    private func judgeAgain(_ follower: StoreFollower) throws(DaemonStateError) -> LiveUpdateVerdict {
        var verdict = try judge(follower).verdict
        verdict.reasons.removeAll { $0.kind == .file }
        return verdict
    }

    private static func expectOK(_ answer: Octets) throws(DaemonStateError) {
        let text = String(decoding: answer.prefix { $0 != ASCII.nul }, as: UTF8.self)
        guard text == "OK" else { throw .refusedByDaemon(text) }
    }

    /// Whether the daemon answers on a new connection: the reply to the live update is no proof, as
    /// a daemon that dies while it restores its state still sends it.
    private func answers() -> Bool {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if let client = try? StoreClient(path: socket) {
                client.timeout = .seconds(10)
                if (try? client.read(Path.root)) != nil { return true }
            }
            usleep(100_000)
        }
        return false
    }
}
