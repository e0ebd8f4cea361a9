import XenstoreStream

/// One entry of the custody log: the row of the table `custody`.
public struct CustodyEntry: Equatable, Sendable {
    /// What was done.
    public enum Action: String, CaseIterable, Sendable {
        /// An image was stored from a file.
        case `import`
        /// An image was stored that was made of another one.
        case rebuild
        /// An image was taken out.
        case remove
        /// The archive was brought to a newer schema.
        case upgrade
        /// An image was there when the log began, in an archive of an earlier schema.
        case found
    }

    public var entryID: Int64
    /// UTC, ISO 8601.
    public var at: String
    /// One of `Action`, or whatever a damaged archive has.
    public var action: String
    public var user: String
    public var host: String
    public var tool: String
    public var arguments: String
    public var imageID: Int64?
    public var name: String?
    public var series: String?
    public var capturedAt: String?
    public var layout: String?
    /// Bytes.
    public var size: Int64?
    /// 64 hexadecimal digits.
    public var sha256: String?
    /// SHA-256 over what import noticed about the image.
    public var findings: String?
    public var source: String?
    public var note: String?
    /// The hash of the entry before; `CustodyEntry.beginning` in the first.
    public var previous: String
    public var hash: String

    /// What stands for the hash of an entry before the first.
    public static let beginning = String(repeating: "0", count: 64)

    /// The columns in the table's order.
    static let columns = [
        "entry_id", "at", "action", "user", "host", "tool", "arguments", "image_id", "name", "series", "captured_at",
        "layout", "size",
        "sha256", "findings", "source", "note", "previous", "hash",
    ]

    /// The columns' values in the table's order, numbers in decimal digits.
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
