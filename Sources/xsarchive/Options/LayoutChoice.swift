import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The layouts that a user can choose.
enum LayoutChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, draft, v1, v2, oxenstored, listing, tree, pairs
    case oxenstoredDebug = "oxenstored-debug"
    case tdb, tdbdump

    var layout: Layout? {
        Layout(rawValue: rawValue)
    }
}
