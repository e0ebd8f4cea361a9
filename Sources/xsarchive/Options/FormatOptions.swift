import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The output format of a command's table.
struct FormatOptions: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: "The output format; csv-safe is CSV with formula-like cells quoted.")
    var format: OutputFormat = .text

    @OptionGroup var looks: LookOptions
}
