import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How the output looks.
struct LookOptions: ParsableArguments {
    @Option(help: "Colours; auto: on a terminal, unless NO_COLOR or TERM=dumb forbid it.")
    var color: ColorChoice = .auto

    func validate() {
        Style.choice = color
    }
}
