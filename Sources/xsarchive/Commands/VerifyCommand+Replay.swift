import XenstoreArchive
import XenstoreStream

/// `verify --replay`: whether logs lead from each image to the next one.
extension VerifyCommand {
    func replayLogs() throws {
        var table = Table(
            columns: ["series", "older", "newer", "path", "what", "replay", "image", "since", "position"],
            format: output.format)
        let archive = try archive.open()
        var counts = (pairs: 0, skipped: 0, same: 0, unknown: 0, different: 0)
        var lines: [String] = []
        try ReplayComparison.forEachPair(archive) { pair in
            let names = "@\(pair.older.imageID) to @\(pair.newer.imageID)"
            if let problem = pair.problem {
                counts.skipped += 1
                lines.append("\(names): not compared: \(problem)")
                return
            }
            counts.pairs += 1
            counts.same += pair.sameCount
            counts.unknown += pair.unknownCount
            counts.different += pair.differences.count
            lines += pair.notes.map { "\(names): \($0)" }
            for difference in pair.differences { table.add(try row(difference, pair)) }
        }
        for line in lines { Console.note("xsarchive: \(line)") }
        guard counts.pairs > 0 else {
            throw ArchiveError(
                .noSuchImage,
                "\(self.archive.path): no log covers two images of one series whose times are known; import the log of "
                    + "the host with --series")
        }
        if counts.different > 0 || output.format != .text { table.finish() }
        if !quiet && output.format == .text {
            if counts.different > 0 { Console.print("") }
            let pairs = counts.pairs == 1 ? "1 pair" : "\(counts.pairs) pairs"
            Console.print(
                "\(pairs) of images compared, \(counts.skipped) not covered by a log; paths: \(counts.same) the same, "
                    + "\(counts.different) different, \(counts.unknown) not known whole")
        }
        if counts.different > 0 { throw Exit.differences.code }
    }

    private func row(_ difference: ReplayDifference, _ pair: ReplayComparison) throws -> [SQLValue] {
        func shown(_ octets: Octets?) -> SQLValue { octets.map { .text($0) } ?? .null }
        let since = try difference.position.map { _ in try difference.time.map { try Moment.text($0) } ?? "unknown" }
        return [
            .string(pair.older.label.series), .integer(pair.older.imageID), .integer(pair.newer.imageID),
            shown(difference.path), .string(difference.kind.rawValue), shown(difference.replayed),
            shown(difference.found), .string(since ?? "not in the log"),
            difference.position.map(SQLValue.integer) ?? .null,
        ]
    }
}
