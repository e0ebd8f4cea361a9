import ArgumentParser
import XenstoreArchive

/// A time zone: Z, or an offset from UTC like +02:00.
struct ZoneArgument: ExpressibleByArgument {
    let zone: LogZone

    init?(argument: String) {
        guard let zone = LogZone(argument) else { return nil }
        self.zone = zone
    }
}
