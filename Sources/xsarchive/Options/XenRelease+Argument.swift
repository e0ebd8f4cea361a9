import ArgumentParser
import XenstoreClient

extension XenRelease: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}
