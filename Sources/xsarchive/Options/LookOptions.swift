import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The appearance of the output.
struct LookOptions: ParsableArguments {
    @Option(help: "Use colors; auto: on a terminal, unless NO_COLOR or TERM=dumb is set.")
    var color: ColorChoice = .auto

    func validate() {
        Style.choice = color
    }
}
