import XenstoreArchive
import XenstoreClient
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What is said about a state that a daemon has written itself.
struct StateReport {
    private let state: DaemonState
    private let socket: String
    private let way: CaptureWay

    /// - Parameters:
    ///   - state: what the daemon wrote.
    ///   - socket: the daemon's socket.
    ///   - way: how it was made to write it.
    init(_ state: DaemonState, socket: String, way: CaptureWay) {
        (self.state, self.socket, self.way) = (state, socket, way)
    }

    /// The capture time.
    var moment: String {
        get throws { try CaptureReport.time(state.moment) }
    }

    /// The custody log's entry.
    func provenance() throws -> Provenance {
        let daemon = state.daemon
        let note = JSON.object([
            ("daemon", .string(daemon.name)), ("tool", daemon.tool.map(JSON.bytes) ?? .null),
            ("program", .string(state.process.program)), ("pid", .integer(Int64(state.process.id))),
            ("control", daemon.commands.map(JSON.bytes) ?? .null), ("method", .string(way.rawValue)),
            ("file", .string(state.file)), ("start", .string(try CaptureReport.time(state.start))),
            ("moment", .string(try moment)),
        ])
        return Provenance(.import, source: Provenance.file(socket).source, note: note.text)
    }

    /// The lines of a verdict.
    static func lines(_ verdict: LiveUpdateVerdict) -> [String] {
        verdict.reasons.map { "\($0.kind.rawValue): \(Escape.harmless($0.text))" }
    }

    /// A failure as the program reports it, with what to do.
    static func error(_ failure: DaemonStateError, socket: String) -> ArchiveError {
        switch failure {
        case .capture(let failure): CaptureReport.error(failure, socket: socket)
        case .refused(let verdict):
            ArchiveError(
                .file,
                "\(socket): no live update, as it could end the daemon: "
                    + lines(verdict).joined(separator: "; "),
                suggestion: "'xsarchive capture' without --method reads the nodes without any danger")
        case .refusedByDaemon(let words):
            ArchiveError(
                .file, "\(socket): the daemon refused the live update and goes on: \(Escape.harmless(words))",
                suggestion: "wait until the transactions it names have ended, and try again")
        case .noSignal(let why):
            ArchiveError(
                .file, "\(socket): SIGUSR1 is not sent, as it ends a C xenstored: \(Escape.harmless(why))",
                suggestion: "'xsarchive capture' without --method reads the nodes of any daemon")
        case .file(let name, let number):
            ArchiveError(
                .file, "\(name): \(String(cString: strerror(number)))",
                suggestion: "run it as root, and look at what is in the directory")
        case .noState(let name):
            ArchiveError(.file, "\(name): the daemon wrote no state", suggestion: "look at the daemon's log")
        case .lost(let name):
            ArchiveError(
                .file,
                "\(socket): the daemon does not answer after the live update: its store may be lost; its state is in "
                    + name, suggestion: "keep that file, and look at the daemon's log")
        }
    }
}
