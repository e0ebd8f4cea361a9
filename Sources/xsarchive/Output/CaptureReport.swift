import XenstoreArchive
import XenstoreClient
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What is said about a capture: in the custody log, and on standard error.
struct CaptureReport {
    private let captured: CapturedStore
    private let socket: String
    /// The most paths that a line on standard error names.
    private static let mostPaths = 10

    /// - Parameters:
    ///   - captured: what was read.
    ///   - socket: the daemon's socket.
    init(_ captured: CapturedStore, socket: String) {
        (self.captured, self.socket) = (captured, socket)
    }

    /// The capture time.
    var moment: String {
        get throws { try Self.time(captured.moment) }
    }

    /// - Parameter time: nanoseconds since 1970; fractions of a millisecond are left out.
    static func time(_ time: Int64) throws -> String {
        try Timestamp.text(
            seconds: time / 1_000_000_000, nanoseconds: time % 1_000_000_000 / 1_000_000 * 1_000_000)
    }

    // MARK: The custody log

    /// The custody log's entry.
    func provenance() throws -> Provenance {
        Provenance(.import, source: Provenance.file(socket).source, note: try json.text)
    }

    private var json: JSON {
        get throws {
            let daemon = captured.daemon
            return .object([
                ("daemon", .string(daemon.name)), ("tool", daemon.tool.map(JSON.bytes) ?? .null),
                ("program", daemon.program.map(JSON.bytes) ?? .null),
                ("control", daemon.commands.map(JSON.bytes) ?? .null),
                ("method", .string(captured.method.rawValue)), ("subtree", .bytes(captured.top)),
                ("start", .string(try Self.time(captured.start))), ("moment", .string(try moment)),
                ("end", .string(try Self.time(captured.end))),
                ("rounds", .integer(Int64(captured.rounds))), ("events", .integer(Int64(captured.eventCount))),
                ("requests", .integer(Int64(captured.requestCount))),
                ("introduced", domains { $0 }), ("not_introduced", domains { !$0 }),
                ("unsettled", .array(captured.unsettled.map(JSON.bytes))),
                (
                    "unreadable",
                    .array(
                        captured.unreadable.map {
                            .object([("path", .bytes($0.path)), ("error", .string($0.name.rawValue))])
                        })
                ),
            ])
        }
    }

    private func domains(_ isWanted: (Bool) -> Bool) -> JSON {
        .array(captured.domains.filter { isWanted($0.isIntroduced) }.map { .integer(Int64($0.domid)) })
    }

    // MARK: Standard error

    /// What a user should know.
    /// - Parameters:
    ///   - isQuiet: whether to say only what is a problem.
    ///   - isArchived: whether the custody log has all paths; otherwise the lines have.
    func lines(isQuiet: Bool, isArchived: Bool) -> [String] {
        func list(_ paths: [Octets]) -> String {
            let shown = isArchived ? paths.prefix(Self.mostPaths) : paths[...]
            return shown.map { Escape.printable($0) }.joined(separator: ", ")
                + (paths.count > shown.count ? " and \(paths.count - shown.count) more" : "")
        }
        var lines: [String] = []
        if !isQuiet {
            let seconds = Double(captured.moment - captured.start) / 1e9
            let hundredths = Int64((max(0, seconds) * 100).rounded())
            let time = "\(hundredths / 100).\(String(hundredths % 100 + 100).dropFirst())"
            lines.append(
                "\(captured.daemon.name), \(captured.method.rawValue), \(captured.nodeCount) nodes as of \(time) s "
                    + "after the start, \(captured.requestCount) requests, \(captured.rounds) rounds, "
                    + "\(captured.eventCount) events")
        }
        if captured.daemon.isOxenstored == nil, captured.method == .walk, !isQuiet {
            lines.append("the daemon is neither clearly oxenstored nor a C xenstored, so it was walked")
        }
        if !captured.unreadable.isEmpty {
            lines.append(
                "\(captured.unreadable.count) paths may not be read by this connection, and are not covered: "
                    + list(captured.unreadable.map(\.path)))
        }
        if !captured.unsettled.isEmpty {
            lines.append(
                "the store did not rest; \(captured.unsettled.count) paths were still changing, and these and what is "
                    + "below them are in doubt: \(list(captured.unsettled)); "
                    + (isArchived ? "the custody log has all of them; " : "")
                    + "try again with a longer --timeout, or read a quiet part with --subtree")
        }
        return lines
    }

    /// A failure as the program reports it, with what to do.
    static func error(_ failure: StoreCapture.Failure, socket: String) -> ArchiveError {
        switch failure {
        case .tooSlow(let nodes):
            ArchiveError(
                .timeout, "\(socket): the time was over after \(nodes) nodes, before everything was read once",
                suggestion: "give it more with --timeout, lift --rate, or read a part with --subtree")
        case .neverCommitted(let attempts):
            ArchiveError(
                .timeout, "\(socket): the daemon committed none of \(attempts) transactions, as the store changed",
                suggestion: "use --method walk, which reads again only what changed")
        case .request(let error):
            ArchiveError(
                .file, "\(error.request == nil ? "" : socket + ": ")\(error)", suggestion: advice(error, socket))
        }
    }

    private static func advice(_ error: StoreError, _ socket: String) -> String? {
        switch error.reason {
        case .noConnection(EACCES), .noConnection(EPERM):
            "daemons let only root connect: run it as root in the control domain, as with sudo"
        case .noConnection(ENOENT), .noConnection(ENXIO), .noConnection(ENODEV):
            "run it where xenstored runs, or name its socket with --socket; on a host whose xenstored is a domain of "
                + "its own, /dev/xen/xenbus leads to it"
        case .noConnection(ECONNREFUSED): "no daemon listens there any more; name another socket with --socket"
        case .refused(.noEntry): "name a node that exists with --subtree"
        case .refused(.access), .refused(.permission):
            "this connection may not read it; run it in the control domain, or read a part with --subtree"
        case .refused(.tooBig), .refused(.noSystem):
            "this daemon cannot list so many children; import its state or db.debug instead (docs/capture.md)"
        case .timeout, .noConnection(EAGAIN): "the daemon may be busy or stopped; try again"
        case .closed: "the daemon may have ended; try again, and look at its log"
        default: nil
        }
    }
}
