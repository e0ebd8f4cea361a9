import ArgumentParser
import XenstoreArchive

/// The time limit for SQL.
struct TimeoutOptions: ParsableArguments {
    @Option(help: "Seconds until the SQL is stopped (default: no limit).")
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0) { throw ValidationError("--timeout requires a number of seconds above 0.") }
    }
}
