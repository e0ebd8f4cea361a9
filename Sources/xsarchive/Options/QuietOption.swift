import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How much a command reports in addition to its data.
struct QuietOption: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print only problems.")
    var quiet = false
}
