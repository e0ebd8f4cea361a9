import Dispatch
import Synchronization
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Shows the progress of long work in a temporary line on standard error, only on a terminal and
/// only after the work has taken a second.
///
/// A timer writes the line, so it is updated whatever the work is doing. It shows the amount done
/// and the time left if the work reports its progress, otherwise the elapsed time.
final class Progress: Sendable {
    /// One piece of work and its progress.
    struct Step: Sendable {
        /// Like "importing" or "comparing a and b".
        let doing: String
        /// Bytes; 0 if unknown. An archive may claim any size, so nothing here may overflow.
        var total = 0.0
        /// Bytes; nil if the work does not report its progress.
        var done: Double?
        /// How many bytes of the piece in progress are done.
        var ahead = 0.0
        let start = ContinuousClock.now
    }

    private let isWanted: Bool
    private let start = ContinuousClock.now
    private let step: Mutex<Step>

    /// What the terminal shows. The line must be removed before anything else is printed.
    private struct Screen {
        var current: Progress?
        var hasLine = false
        /// Whether the printed text has not ended its line yet: nothing may be written into it.
        var isMidLine = false
    }

    private static let terminal = Mutex(Screen())
    private static let queue = DispatchQueue(label: "progress")

    /// - Parameters:
    ///   - doing: the work, like "importing".
    ///   - isMeasured: whether the work reports how many bytes are done.
    ///   - total: the number of bytes to process; called only if the line can be shown.
    init(_ doing: String, isWanted: Bool = true, isMeasured: Bool = false, total: () -> Double = { 0 }) {
        let isDumb = getenv("TERM").map { String(cString: $0) } == "dumb"
        self.isWanted = isWanted && Terminal.isStandardError && !isDumb
        step = Mutex(Step(doing: doing, total: self.isWanted ? total() : 0, done: isMeasured ? 0 : nil))
        guard self.isWanted else { return }
        Self.terminal.withLock { $0.current = self }
        showLater(.seconds(1))
    }

    /// Starts the next piece of work.
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

    /// - Parameter ahead: how many bytes of the piece in progress are done.
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

    /// The text of the line.
    /// - Parameters:
    ///   - seconds: the duration of the step so far.
    ///   - all: the duration of all steps so far.
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

    /// Ends the progress, and removes its line if there is one.
    static func end() {
        terminal.withLock {
            $0.current = nil
            clear(&$0)
        }
    }

    /// Removes the line while `body` prints something; the timer shows it again below.
    /// - Parameter isMidLine: whether the printed text does not end its line on the terminal.
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
