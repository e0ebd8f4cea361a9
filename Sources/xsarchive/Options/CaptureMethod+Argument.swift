import ArgumentParser
import XenstoreClient

extension CaptureMethod: ExpressibleByArgument {}
