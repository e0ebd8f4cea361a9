import ArgumentParser
import XenstoreArchive

struct CustodyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "custody",
        abstract:
            "Show the custody log: who imported, rebuilt, merged or removed which image, when, with which arguments.",
        discussion: """
            The log is about the archive. It does not say who changed something in the store, and neither does an \
            image; 'xsarchive access' says who could have (docs/operations.md).
            Each entry contains a SHA-256 over itself and the entry before; 'xsarchive verify' recomputes them. The \
            text output shows only the first digits. The user is the one that the system reports to the program: the \
            log reveals later changes, but does not prove who was at the keyboard.
            Examples:
              xsarchive custody
              xsarchive custody --format jsonl
              xsarchive custody --merged
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Flag(help: "Show the logs of archives that were merged into this one.")
    var merged = false

    func run() throws {
        let isText = output.format == .text
        var table = Table(
            columns: (merged ? ["origin"] : []) + (isText ? Self.textColumns : Self.columns), format: output.format,
            expendable: Self.expendable)
        let opened = try archive.open()
        func add(_ entry: CustodyEntry, _ origin: [SQLValue]) {
            table.add(origin + (isText ? Self.textRow(entry) : Self.row(entry)))
        }
        if merged {
            let logs = OriginLogs(opened)
            for origin in try logs.origins() {
                try logs.forEachEntry(origin.originID) { add($0, [.integer(origin.originID)]) }
            }
        } else {
            try CustodyLog(opened).forEachEntry { add($0, []) }
        }
        table.finish()
    }

    private static let textColumns = [
        "entry", "at", "action", "image", "name", "user", "host", "sha256", "hash", "source", "note", "arguments",
    ]

    private static let expendable = ["hash", "sha256", "arguments", "host", "source", "note"]

    private static func textRow(_ entry: CustodyEntry) -> [SQLValue] {
        [
            .integer(entry.entryID), .string(entry.at), .string(entry.action), .string(entry.imageID.map { "@\($0)" }),
            .string(entry.name),
            .string(entry.user), .string(entry.host), .string(entry.sha256.map { String($0.prefix(12)) }),
            .string(String(entry.hash.prefix(12))),
            .string(entry.source), .string(entry.note), .string(entry.arguments),
        ]
    }

    private static let columns = [
        "entry_id", "at", "action", "user", "host", "tool", "arguments", "image_id", "name", "series", "captured_at",
        "layout", "size",
        "sha256", "findings", "source", "note", "previous", "hash",
    ]

    private static func row(_ entry: CustodyEntry) -> [SQLValue] {
        [
            .integer(entry.entryID), .string(entry.at), .string(entry.action), .string(entry.user), .string(entry.host),
            .string(entry.tool),
            .string(entry.arguments), entry.imageID.map(SQLValue.integer) ?? .null, .string(entry.name),
            .string(entry.series),
            .string(entry.capturedAt), .string(entry.layout), entry.size.map(SQLValue.integer) ?? .null,
            .string(entry.sha256),
            .string(entry.findings), .string(entry.source), .string(entry.note), .string(entry.previous),
            .string(entry.hash),
        ]
    }
}
