import ArgumentParser
import XenstoreAnalysis

extension DaemonRules: ExpressibleByArgument {}
