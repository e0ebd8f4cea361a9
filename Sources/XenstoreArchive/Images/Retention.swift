/// Which images of a series to keep, with the meaning that restic gives the words.
///
/// Going from the newest image to the oldest, a rule keeps the newest image of each hour, day or
/// week that has one, until it has kept as many as it may. All times are UTC; weeks begin on
/// Monday. A rule that could keep more also keeps the oldest image. What any rule keeps is kept,
/// and so is an image whose capture time is unknown.
public struct Retention: Equatable, Sendable {
    /// The number of newest images to keep.
    public var last = 0
    /// The number of hours of which to keep the newest image.
    public var hourly = 0
    /// The number of days of which to keep the newest image.
    public var daily = 0
    /// The number of weeks of which to keep the newest image.
    public var weekly = 0
    /// Images that were captured less than this before the newest one are kept; nil: no such rule.
    public var within: CalendarSpan?

    /// Rules that keep nothing.
    public init() {}

    /// Whether there is no rule, so that nothing would be kept.
    public var isEmpty: Bool {
        last == 0 && hourly == 0 && daily == 0 && weekly == 0 && within == nil
    }

    /// The rules as the options that give them.
    public var text: String {
        let counts = [(last, "last"), (hourly, "hourly"), (daily, "daily"), (weekly, "weekly")]
        let words = counts.filter { $0.0 > 0 }.map { "--keep-\($0.1) \($0.0)" }
        return (words + (within.map { ["--keep-within \($0.text)"] } ?? [])).joined(separator: " ")
    }

    /// What the rules say of an image.
    public struct Verdict: Sendable {
        /// The image.
        public let image: ArchivedImage
        /// Why it is kept; empty: it is not.
        public let reasons: [String]
    }

    /// One rule while the images are looked at.
    private struct Rule {
        let name: String
        var left: Int
        /// What is the same for the times of one hour, day or week.
        let bucket: (_ time: Substring, _ index: Int) -> String
        var latest: String?

        /// Why the rule keeps an image; nil: it does not.
        mutating func reason(_ time: Substring, _ index: Int, isOldest: Bool) -> String? {
            guard left > 0 else { return nil }
            let bucket = bucket(time, index)
            guard bucket != latest || isOldest else { return nil }
            let reason = bucket != latest ? name : "oldest \(name)"
            (latest, left) = (bucket, left - 1)
            return reason
        }
    }

    /// What the rules say of each image of a series.
    /// - Parameters:
    ///   - series: the series.
    ///   - archive: the archive with it.
    /// - Returns: the images with a capture time, the newest first, then those without.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func verdicts(of series: String, in archive: Archive) throws -> [Verdict] {
        var timed: [(time: Substring, image: ArchivedImage)] = []
        var untimed: [ArchivedImage] = []
        try archive.forEachImage(of: [series]) { image in
            // Without the Z, text sorts as time.
            if let time = image.label.capturedAt, time.hasSuffix("Z") {
                timed.append((time.dropLast(), image))
            } else {
                untimed.append(image)
            }
        }
        timed.sort { ($0.time, $0.image.imageID) > ($1.time, $1.image.imageID) }
        var rules = [
            Rule(name: "last", left: last) { _, index in String(index) },
            Rule(name: "hourly", left: hourly) { time, _ in String(time.prefix(13)) },
            Rule(name: "daily", left: daily) { time, _ in String(time.prefix(10)) },
            Rule(name: "weekly", left: weekly) { time, _ in Self.week(time) },
        ]
        let limit = try within.flatMap { span in
            try timed.first.map { try Self.time(span, before: $0.time, archive.database) }
        }
        var verdicts: [Verdict] = []
        for (index, (time, image)) in timed.enumerated() {
            var reasons: [String] = []
            for rule in rules.indices {
                if let reason = rules[rule].reason(time, index, isOldest: index == timed.count - 1) {
                    reasons.append(reason)
                }
            }
            if let limit, let within, time > limit { reasons.append("within \(within.text)") }
            verdicts.append(Verdict(image: image, reasons: reasons))
        }
        return verdicts + untimed.map { Verdict(image: $0, reasons: ["capture time unknown"]) }
    }

    // MARK: Times

    /// The week of a time, as the number of its Monday's day.
    private static func week(_ time: Substring) -> String {
        let parts = time.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, parts.allSatisfy({ (0...9999).contains($0) }) else { return String(time) }
        // Days since 0000-03-01, so that a leap day is the last of its year.
        let (month, year) = (parts[1] > 2 ? parts[1] - 3 : parts[1] + 9, parts[1] > 2 ? parts[0] : parts[0] - 1)
        let days = 365 * year + floor(year, 4) - floor(year, 100) + floor(year, 400) + (153 * month + 2) / 5 + parts[2]
        // 0000-03-01, a Wednesday, has 1.
        return String(floor(days + 1, 7))
    }

    private static func floor(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }

    private static func time(_ span: CalendarSpan, before time: Substring, _ database: Database) throws -> String {
        let query = try database.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%f', ?1, ?2, ?3, ?4, ?5)")
        try query.bind(1, String(time))
        let parts = ["-\(span.years) years", "-\(span.months) months", "-\(span.days) days", "-\(span.hours) hours"]
        for (index, part) in parts.enumerated() { try query.bind(index + 2, part) }
        // Before the year 0: every image is later.
        return try query.step() && !query.isNull(0) ? query.string(0) : ""
    }
}
