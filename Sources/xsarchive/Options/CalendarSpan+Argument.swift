import ArgumentParser
import XenstoreArchive

extension CalendarSpan: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}
