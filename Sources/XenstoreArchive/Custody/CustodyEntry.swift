import XenstoreStream

/// One entry of the custody log: a row of the table `custody`.
public struct CustodyEntry: Equatable, Sendable {
    /// What was done.
    public enum Action: String, CaseIterable, Sendable {
        /// An image was stored from a file.
        case `import`
        /// An image was stored that was made from another one.
        case rebuild
        /// An image was removed.
        case remove
        /// The archive was upgraded to a newer schema.
        case upgrade
        /// An image existed when the log began, in an archive of an earlier schema.
        case found
        /// The newest image of a series was imported again.
        case seen
        /// An image came from another archive; without an image, the other archive itself.
        case merge
    }

    /// The entry's number, from 1 on.
    public var entryID: Int64
    /// UTC, ISO 8601.
    public var at: String
    /// One of `Action`, or any other text in a damaged archive.
    public var action: String
    /// Login name and uid, and the caller of sudo.
    public var user: String
    /// The host's name.
    public var host: String
    /// The program's name and version.
    public var tool: String
    /// The program's arguments as one line.
    public var arguments: String
    /// The image concerned; nil if the entry is about the archive or a file.
    public var imageID: Int64?
    /// The image's name.
    public var name: String?
    /// The image's series.
    public var series: String?
    /// UTC, ISO 8601; nil if unknown.
    public var capturedAt: String?
    /// The image's layout.
    public var layout: String?
    /// The size of the image or file, in bytes.
    public var size: Int64?
    /// The SHA-256 of the image or file, as 64 hexadecimal digits; of a merged archive, the hash at
    /// the end of its custody log.
    public var sha256: String?
    /// SHA-256 over the findings of import about the image.
    public var findings: String?
    /// The file or image from which the image was made.
    public var source: String?
    /// Why it was done, or what else a reader should know.
    public var note: String?
    /// The hash of the entry before; `CustodyEntry.beginning` in the first.
    public var previous: String
    /// SHA-256 over all other columns.
    public var hash: String

    /// The value of `previous` in the first entry.
    public static let beginning = String(repeating: "0", count: 64)

    /// The columns in the table's order.
    static let columns = [
        "entry_id", "at", "action", "user", "host", "tool", "arguments", "image_id", "name", "series", "captured_at",
        "layout", "size",
        "sha256", "findings", "source", "note", "previous", "hash",
    ]

    /// The columns' values in the table's order; numbers as decimal digits.
    var values: [String?] {
        [
            String(entryID), at, action, user, host, tool, arguments, imageID.map { String($0) }, name, series,
            capturedAt, layout,
            size.map { String($0) }, sha256, findings, source, note, previous, hash,
        ]
    }

    /// What `hash` must be: SHA-256 over every column before it, each as a netstring.
    func recomputedHash() -> String {
        var digest = Digest()
        for value in values.dropLast() { digest.update(Netstring.bytes(value)) }
        return digest.hexadecimal()
    }
}
