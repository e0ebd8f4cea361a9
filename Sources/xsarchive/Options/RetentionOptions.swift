import ArgumentParser
import XenstoreArchive

/// Which images to keep.
struct RetentionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Keep the newest N images.", valueName: "n"))
    var keepLast: Int?

    @Option(help: ArgumentHelp("Keep the newest image of each of N hours that have one.", valueName: "n"))
    var keepHourly: Int?

    @Option(help: ArgumentHelp("Keep the newest image of each of N days that have one.", valueName: "n"))
    var keepDaily: Int?

    @Option(help: ArgumentHelp("Keep the newest image of each of N weeks that have one.", valueName: "n"))
    var keepWeekly: Int?

    @Option(
        help: ArgumentHelp(
            "Keep images captured less than this before the newest: 36h, 7d, 6m (months), 1y6m.",
            valueName: "duration"))
    var keepWithin: CalendarSpan?

    /// The most images that a rule can name.
    private static let most = 1_000_000_000

    func validate() throws {
        let counts = [
            (keepLast, "last"), (keepHourly, "hourly"), (keepDaily, "daily"), (keepWeekly, "weekly"),
        ]
        for (count, name) in counts {
            if let count, !(1...Self.most).contains(count) {
                throw ValidationError("--keep-\(name) requires a number from 1 to \(Self.most).")
            }
        }
    }

    /// The rules.
    var retention: Retention {
        var retention = Retention()
        retention.last = keepLast ?? 0
        retention.hourly = keepHourly ?? 0
        retention.daily = keepDaily ?? 0
        retention.weekly = keepWeekly ?? 0
        retention.within = keepWithin
        return retention
    }
}
