import XenstoreAnalysis
import XenstoreArchive

extension QueryAnswers {
    /// An archive with a log of these lines: what follows the date, at so many milliseconds after
    /// 21:00.
    convenience init(log lines: [(Int, String)], series: String = "main") throws {
        try self.init()
        try addLog(lines, series: series)
    }

    func addLog(_ lines: [(Int, String)], series: String = "main") throws {
        let text = lines.map { time, line -> String in
            let parts = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            func padded(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            func digits(_ number: Int, _ width: Int) -> String {
                String(String(number + 1000).suffix(width))
            }
            let clock = "\(digits(time / 60_000, 2)):\(digits(time / 1000 % 60, 2)).\(digits(time % 1000, 3))"
            return "[20261125T21:\(clock)Z]  \(padded(parts[0], 12)) \(padded(parts[1], 9)) \(parts[2])\n"
        }.joined()
        try LogImporter(archive, run: 1).store(
            Array(text.utf8), .access, label: ImageLabel(name: "access.log", series: series), from: Provenance())
    }
}
