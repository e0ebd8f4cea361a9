import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Has oxenstored write its nodes to `db.debug`, by SIGUSR1.
///
/// The signal ends a C xenstored. So it is sent only to a process that holds the socket, runs a
/// program named oxenstored, and answers as oxenstored does.
public struct DebugDump {
    /// The daemon's socket.
    public let socket: String
    /// How long to wait for the file.
    public var timeout: Duration = .seconds(30)

    /// - Parameter socket: the daemon's socket.
    public init(socket: String) {
        self.socket = socket
    }

    /// Sends the signal and reads the file.
    /// - Returns: the state; the daemon's file stays.
    /// - Throws: `DaemonStateError`.
    public func take() throws(DaemonStateError) -> DaemonState {
        let start = StoreCapture.now()
        do {
            let client = try StoreClient(path: socket)
            let daemon = try StoreDaemon(client)
            let process = try Self.target(socket, daemon)
            let file = StateFile(path: process.directory + "/db.debug")
            let before = file.stamp
            guard kill(process.id, SIGUSR1) == 0 else {
                throw DaemonStateError.noSignal("process \(process.id) may not be signalled")
            }
            let end = ContinuousClock.now + timeout
            while file.stamp == nil || file.stamp == before {
                guard ContinuousClock.now < end else { throw DaemonStateError.noState(file.path) }
                usleep(5000)
            }
            // The daemon has one thread: it answers when the file is whole.
            _ = try client.askAll([StoreRequest(.getDomainPath, "0")])
            let moment = StoreCapture.now()
            return DaemonState(
                bytes: try file.read(), file: file.path, daemon: daemon, process: process, start: start, moment: moment)
        } catch let error as StoreError {
            throw .capture(.request(error))
        } catch let error as DaemonStateError {
            throw error
        } catch {
            throw .noState(socket)
        }
    }

    /// The process to which the signal may be sent.
    static func target(_ socket: String, _ daemon: StoreDaemon) throws(DaemonStateError) -> DaemonProcess {
        guard daemon.isOxenstored == true else {
            throw .noSignal(
                "the daemon is \(daemon.isOxenstored == false ? "a C xenstored" : "not clearly oxenstored")")
        }
        guard let process = DaemonProcess.serving(socket) else {
            throw .noSignal("the process that serves the socket cannot be seen")
        }
        guard process.isOxenstored else { throw .noSignal("process \(process.id) runs \(process.program)") }
        return process
    }
}
