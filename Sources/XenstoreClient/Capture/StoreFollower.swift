import XenstoreStream

/// Keeps what was read from a store in step with it: everything is read once, then only what the
/// events of watches name.
///
/// Changes that no event reports are found by `sweep`. The values between two updates are not seen.
public final class StoreFollower {
    /// The connection.
    public let client: StoreClient
    /// Which daemon answers.
    public let daemon: StoreDaemon
    private var run: CaptureRun
    private var start: Int64

    /// Watches the whole store and reads it.
    /// - Parameters:
    ///   - client: a connection without watches of its own, which the follower keeps.
    ///   - timeout: how long the first reading may take.
    /// - Throws: `StoreCapture.Failure`.
    public init(_ client: StoreClient, timeout: Duration) throws(StoreCapture.Failure) {
        self.client = client
        start = StoreCapture.now()
        let deadline = ContinuousClock.now + timeout
        run = CaptureRun(client: client, top: Path.root, deadline: deadline)
        daemon = try StoreCapture.failing { () throws -> StoreDaemon in
            let daemon = try StoreDaemon(client)
            if daemon.isOxenstored == true { client.longestReply = StoreCapture.longestReplyOfOxenstored }
            return daemon
        }
        try follow {
            try $0.beginWalk()
            try $0.settle()
        }
        forgetChanges()
    }

    private func follow<Result>(
        _ body: (inout CaptureRun) throws -> Result
    ) throws(StoreCapture.Failure) -> Result {
        try StoreCapture.failing { try body(&run) }
    }

    /// Waits until there is an event, or the connection's interrupter has something to read.
    /// - Parameter duration: how long.
    /// - Throws: `StoreError` if the connection fails.
    public func wait(_ duration: Duration) throws(StoreError) {
        // What came before is noted, and would end the wait at once.
        _ = run.isBehind
        _ = try client.waitForEvent(duration)
    }

    /// Whether an event names something that was not read again since.
    public var isBehind: Bool {
        run.isBehind
    }

    /// Whether a node came, went or changed since `forgetChanges`.
    public var isChanged: Bool {
        run.isTouched
    }

    /// The time as of which the store is known, in nanoseconds since 1970, UTC.
    public var moment: Int64 {
        run.moment
    }

    /// Reads again what events name, until there are none.
    /// - Parameter timeout: how long it may take; then some paths are `unsettled` in the next
    ///   image, and the next update goes on with them.
    /// - Throws: `StoreCapture.Failure`.
    public func update(timeout: Duration) throws(StoreCapture.Failure) {
        run.restart(until: ContinuousClock.now + timeout)
        try follow { try $0.settle() }
    }

    /// Reads every node again.
    /// - Parameters:
    ///   - timeout: how long that may take.
    ///   - settling: how long it may take then to read again what changes meanwhile.
    /// - Returns: the paths that differ although no event said so, and whether everything was read.
    /// - Throws: `StoreCapture.Failure`.
    public func sweep(
        timeout: Duration, settling: Duration
    ) throws(StoreCapture.Failure) -> (silent: [Octets], isWhole: Bool) {
        run.restart(until: ContinuousClock.now + timeout)
        return try follow { try $0.sweep(settling: settling) }
    }

    /// Ends the watches; call it last.
    public func endWatches() {
        run.endWatches()
    }

    /// The nodes as they are known.
    /// - Throws: `StoreCapture.Failure`.
    public func image() throws(StoreCapture.Failure) -> CapturedStore {
        let store = try follow { try $0.result(daemon, start: start) }
        start = store.moment
        return store
    }

    /// Says that an image of everything is stored: `isChanged` is about what comes after it.
    public func forgetChanges() {
        _ = run.takeTouched()
    }
}
