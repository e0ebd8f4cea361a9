import ArgumentParser

/// The time zone of logs that do not say it.
struct ZoneOption: ParsableArguments {
    @Option(
        name: .customLong("time-zone"),
        help: ArgumentHelp(
            """
            The time zone of trace logs, which have the host's local time: Z, or an offset like +02:00, +0200 or +02.
            """, valueName: "offset"))
    var offset: ZoneArgument?
}
