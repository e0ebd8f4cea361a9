import Dispatch
import Synchronization
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Tells on standard error how far a long piece of work is, in a line that goes away again: only where that is a terminal,
/// and only when the work has taken a second.
///
/// A timer writes the line, so that it goes on whatever the work is busy with: with how much is done and the time left where
/// the work tells that, else with the time that it has taken.
final class Progress: Sendable {
    /// What is being done, and what is known of it.
    struct Step: Sendable {
        /// Like "importing" or "comparing a and b".
        let doing: String
        /// In bytes; what an archive says of sizes may be anything, so nothing here may overflow. 0 where nobody knows.
        var total = 0.0
        /// Nil where the work does not tell.
        var done: Double?
        /// How many bytes of the next piece are done.
        var ahead = 0.0
        let start = ContinuousClock.now
    }

    private let isWanted: Bool
    private let start = ContinuousClock.now
    private let step: Mutex<Step>

    /// What stands on the terminal: everything else that is printed must take the line away first.
    private struct Screen {
        var current: Progress?
        var hasLine = false
        /// Whether text that was printed has not ended its line yet: nothing may be written into it.
        var isMidLine = false
    }

    private static let terminal = Mutex(Screen())
    private static let queue = DispatchQueue(label: "progress")

    /// - Parameters:
    ///   - doing: what is done, like "importing".
    ///   - isMeasured: whether the work tells how many bytes are done.
    ///   - total: how many bytes there are to do; asked only where anybody will see it.
    init(_ doing: String, isWanted: Bool = true, isMeasured: Bool = false, total: () -> Double = { 0 }) {
        let isDumb = getenv("TERM").map { String(cString: $0) } == "dumb"
        self.isWanted = isWanted && Terminal.isStandardError && !isDumb
        step = Mutex(Step(doing: doing, total: self.isWanted ? total() : 0, done: isMeasured ? 0 : nil))
        guard self.isWanted else { return }
        Self.terminal.withLock { $0.current = self }
        showLater(.seconds(1))
    }

    /// Goes on to another piece of work.
    func next(_ doing: String, isMeasured: Bool = false, total: () -> Double = { 0 }) {
        guard isWanted else { return }
        let next = Step(doing: doing, total: total(), done: isMeasured ? 0 : nil)
        step.withLock { $0 = next }
    }

    func advance(by bytes: Double) {
        step.withLock {
            $0.done = ($0.done ?? 0) + bytes
            $0.ahead = 0
        }
    }

    /// - Parameter ahead: how many bytes of the next piece are done.
    func show(ahead: Double) {
        step.withLock { $0.ahead = ahead }
    }

    // MARK: The line

    private func showLater(_ delay: DispatchTimeInterval) {
        Self.queue.asyncAfter(deadline: .now() + delay) { [weak self] in self?.show() }
    }

    private func show() {
        let goesOn = Self.terminal.withLock { terminal in
            guard terminal.current === self else { return false }
            guard !terminal.isMidLine else { return true }
            let (step, now) = (step.withLock { $0 }, ContinuousClock.now)
            let line = Self.line(step, after: (now - step.start).inSeconds, ofAll: (now - start).inSeconds)
            FileIO.writeStandardError(Octets(("\r\u{1B}[K" + TextTable.cut(line, (Terminal.width ?? 80) - 1)).utf8))
            terminal.hasLine = true
            return true
        }
        if goesOn { showLater(.milliseconds(200)) }
    }

    /// What the line says.
    /// - Parameters:
    ///   - seconds: how long the step has taken.
    ///   - all: how long all has taken.
    static func line(_ step: Step, after seconds: Double, ofAll all: Double) -> String {
        let doing = Escape.printable(step.doing)
        guard let done = step.done, step.total > 0 else {
            return doing + (step.total > 0 ? ", \(size(step.total))" : "") + ", \(duration(all.rounded(.down)))"
        }
        let bytes = min(max(0, done + step.ahead), step.total)
        let line = "\(doing) \(Int(100 * bytes / step.total)) %, \(size(bytes)) of \(size(step.total))"
        guard bytes > 0, seconds > 0 else { return line }
        let rate = bytes / seconds
        return line + ", \(size(rate))/s, \(duration((step.total - bytes) / rate)) left"
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

    /// Ends it, and takes the line away, where one stands.
    static func end() {
        terminal.withLock {
            $0.current = nil
            clear(&$0)
        }
    }

    /// Takes the line away while something is printed; it comes back below.
    /// - Parameter isMidLine: whether what is printed does not end its line on the terminal.
    static func withoutLine<Failure>(isMidLine: Bool = false, _ body: () throws(Failure) -> Void) throws(Failure) {
        let result = terminal.withLock { terminal in
            clear(&terminal)
            terminal.isMidLine = isMidLine
            return Result { () throws(Failure) in try body() }
        }
        try result.get()
    }

    private static func clear(_ terminal: inout Screen) {
        guard terminal.hasLine else { return }
        terminal.hasLine = false
        FileIO.writeStandardError(Octets("\r\u{1B}[K".utf8))
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// Like `0.42 s`.
    var formatted: String {
        let hundredths = Int(components.seconds) * 100 + Int(components.attoseconds / 10_000_000_000_000_000)
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) s"
    }
}
