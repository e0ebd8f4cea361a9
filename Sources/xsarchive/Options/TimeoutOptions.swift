import ArgumentParser
import XenstoreArchive

/// How long SQL may take.
struct TimeoutOptions: ParsableArguments {
    @Option(help: "Stop after so many seconds (default: never).")
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0) { throw ValidationError("--timeout is a number of seconds above 0.") }
    }
}
