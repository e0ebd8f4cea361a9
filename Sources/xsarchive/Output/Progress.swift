import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Tells on standard error how far a long piece of work is, in a line that goes away again: only where that is a terminal,
/// and only when the work has taken a second.
final class Progress {
    /// What stands on the terminal now, which everything else that is printed must take away first.
    nonisolated(unsafe) private static var isShown = false

    private let verb: String
    /// In bytes; what an archive says of sizes may be anything, so nothing here may overflow.
    private let total: Double
    private var done = 0.0
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?

    /// - Parameters:
    ///   - verb: what is done, like "importing".
    ///   - total: how many bytes there are to do; asked only where anybody will see it.
    init(_ verb: String, isWanted: Bool = true, total: () throws -> Double) rethrows {
        let isDumb = getenv("TERM").map { String(cString: $0) } == "dumb"
        self.verb = verb
        self.total = isWanted && FileIO.standardErrorIsTerminal && !isDumb ? try total() : 0
    }

    func advance(by bytes: Double) {
        done += bytes
        show(ahead: 0)
    }

    /// - Parameter ahead: how many bytes of the next piece are done.
    func show(ahead: Double) {
        let now = ContinuousClock.now
        guard total > 0, now - start >= .seconds(1), lastShown.map({ now - $0 >= .milliseconds(200) }) ?? true else { return }
        lastShown = now
        Self.isShown = true
        FileIO.writeStandardError(Octets(("\r\u{1B}[K" + line(done + ahead, after: now - start)).utf8))
    }

    private func line(_ bytes: Double, after time: Duration) -> String {
        let bytes = min(max(0, bytes), total)
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let rate = bytes / seconds
        var line = "\(verb) \(Int(100 * bytes / total)) %, \(Self.size(bytes)) of \(Self.size(total))"
        if bytes > 0 { line += ", \(Self.size(rate))/s, \(Self.duration((total - bytes) / rate)) left" }
        return line
    }

    /// Like `31.4 MB`.
    static func size(_ bytes: Double) -> String {
        for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where bytes >= size {
            let tenths = Int(min(bytes, 1e18) / size * 10)
            return tenths >= 1000 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(Int(bytes)) B"
    }

    /// Like `5 s` or `2 min 10 s`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 1e9).rounded(.up))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// Takes the line away, where one stands.
    static func clear() {
        guard isShown else { return }
        isShown = false
        FileIO.writeStandardError(Octets("\r\u{1B}[K".utf8))
    }
}

extension Duration {
    /// Like `0.42 s`.
    var formatted: String {
        let hundredths = Int(components.seconds) * 100 + Int(components.attoseconds / 10_000_000_000_000_000)
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) s"
    }
}
