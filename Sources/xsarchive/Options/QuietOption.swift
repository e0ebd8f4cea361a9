import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How much a command tells besides its data.
struct QuietOption: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print nothing but what went wrong.")
    var quiet = false
}
