import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

extension Finding.Severity: ExpressibleByArgument {}
