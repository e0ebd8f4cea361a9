import XenstoreArchive
import XenstoreClient
import XenstoreStream

/// What is said about states that daemons have left, to someone who gets none from a daemon.
enum LeftStateReport {
    /// Whether a state that was left may be better than none: the daemon does not answer, or cannot
    /// list all nodes.
    static func isOffered(after failure: DaemonStateError) -> Bool {
        guard case .capture(.request(let error)) = failure else { return false }
        switch error.reason {
        case .noConnection, .failed, .closed, .timeout, .refused(.tooBig), .refused(.noSystem): return true
        default: return false
        }
    }

    /// A line for each state, with the command that imports it.
    /// - Parameters:
    ///   - states: the files.
    ///   - series: the series that the user has named; nil: none.
    static func lines(_ states: [LeftState], series: String?) -> [String] {
        states.map { state in
            let time = (try? Timestamp.text(seconds: state.modified)) ?? "an unknown time"
            let option = series.map { " --series " + word($0) } ?? ""
            return "\(Escape.harmless(state.path)): \(kind(state.kind)) of \(time), \(state.size) bytes, is there: "
                + "xsarchive import --time-from mtime\(option) \(word(state.path))"
        }
    }

    private static func kind(_ kind: LeftState.Kind) -> String {
        switch kind {
        case .oxenstored: "oxenstored's state"
        case .debug: "the nodes of oxenstored after a signal,"
        case .stream: "the state of a C xenstored at a live update that did not end,"
        case .kept: "the state of a C xenstored that a capture has kept,"
        case .database: "the nodes of a C xenstored"
        }
    }

    /// A word as a shell reads it.
    private static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            ASCII.isDigit(byte) || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || "/._-+@:".utf8.contains(byte)
        }
        if isPlain, !text.isEmpty, text.first != "-" { return text }
        return "'"
            + Escape.harmless(text).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
