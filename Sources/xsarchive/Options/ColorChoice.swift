import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// When to use colors.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
}
