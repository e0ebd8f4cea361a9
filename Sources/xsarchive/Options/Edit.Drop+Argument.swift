import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

extension Edit.Drop: ExpressibleByArgument {}
