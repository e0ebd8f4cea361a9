import ArgumentParser
import XenstoreArchive

struct CustodyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "custody",
        abstract: "Show the custody log: who imported, rebuilt or removed which image, when, and with which arguments.",
        discussion: """
            The log is about the archive. It does not say who changed something in the store, and neither does an \
            image; 'xsarchive access' says who could have (docs/operations.md).
            Each entry contains a SHA-256 over itself and the entry before; 'xsarchive verify' recomputes them. The \
            text output shows only the first digits. The user is the one that the system reports to the program: the \
            log reveals later changes, but does not prove who was at the keyboard.
            Examples:
              xsarchive custody
              xsarchive custody --format jsonl
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    func run() throws {
        let isText = output.format == .text
        var table = Table(
            columns: isText ? Self.textColumns : Self.columns, format: output.format, expendable: Self.expendable)
        try CustodyLog(archive.open()).forEachEntry { table.add(isText ? Self.textRow($0) : Self.row($0)) }
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
