import ArgumentParser
import XenstoreAnalysis

extension XenVersion: ExpressibleByArgument {
    /// Reads a version from an argument; nil if it is none that is known.
    public init?(argument: String) {
        self.init(argument)
    }
}
