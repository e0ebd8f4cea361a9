import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The form of a command's table.
struct FormatOptions: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: "The form of the table; csv-safe: cells that a spreadsheet could run are made text.")
    var format: OutputFormat = .text

    @OptionGroup var looks: LookOptions
}
