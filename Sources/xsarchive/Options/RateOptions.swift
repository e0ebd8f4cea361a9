import ArgumentParser

/// How fast a daemon is asked.
struct RateOptions: ParsableArguments {
    @Option(help: "The most requests a second (default: no limit).")
    var rate: Double?

    func validate() throws {
        if let rate, !(rate > 0 && rate <= 1e6) {
            throw ValidationError("--rate requires a number of requests above 0, at most 1000000.")
        }
    }
}
