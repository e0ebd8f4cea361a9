import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads all nodes of a store, or those of a part, as of one moment.
public struct StoreCapture {
    /// The path from which on to read; absolute.
    public var top: Octets = Path.root
    /// How to read.
    public var method = CaptureMethod.auto
    /// How long the capture may take.
    public var timeout: Duration = .seconds(60)

    /// A reading of the whole store.
    public init() {}

    /// Why there is no image.
    public enum Failure: Error, Equatable, Sendable {
        /// A request failed.
        case request(StoreError)
        /// The first walk did not end in time; the number of nodes that were read.
        case tooSlow(nodes: Int)
        /// The daemon refused to commit each transaction, as the store changed; their number.
        case neverCommitted(attempts: Int)
    }

    /// Reads the store.
    /// - Parameter client: a connection without watches of its own.
    /// - Returns: the nodes. If the store did not rest within `timeout`, some are `unsettled`.
    /// - Throws: `Failure`.
    public func run(_ client: StoreClient) throws(Failure) -> CapturedStore {
        let start = Self.now()
        let deadline = ContinuousClock.now + timeout
        return try Self.failing {
            let daemon = try StoreDaemon(client)
            if daemon.isOxenstored == true { client.longestReply = Self.longestReplyOfOxenstored }
            var run = CaptureRun(client: client, top: top, deadline: deadline)
            switch method {
            case .transaction: try run.readInTransaction()
            case .auto where daemon.isOxenstored == true: try run.readInTransaction()
            case .auto, .walk: try run.walk()
            }
            return try run.result(daemon, start: start)
        }
    }

    /// Builds of oxenstored for XenServer send longer lists than the protocol permits.
    static let longestReplyOfOxenstored = 1 << 20

    /// Runs `body`, and turns what it throws into a `Failure`.
    static func failing<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch let error as StoreError {
            throw .request(error)
        } catch let error as Failure {
            throw error
        } catch {
            throw .request(StoreError(.closed, subject: []))
        }
    }

    /// The time in nanoseconds since 1970, UTC.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
