/// A digest of all images and logs of an archive. The same images with the same labels and the same
/// files of logs give the same digest, in any order of import, by any program, and in any state of
/// the file.
public struct ArchiveDigest: Equatable, Sendable {
    /// 64 hexadecimal digits.
    public let hexadecimal: String

    /// SHA-256 over the images and the files of logs in the order of their netstrings: series,
    /// name, captured_at, layout, salvaged, size, sha256. A log's file has no captured_at and no
    /// salvaged, and as its layout the form of its log, like `log access`.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public init(_ archive: Archive) throws {
        let rows = try archive.database.prepare(
            """
            SELECT i.series, i.name, i.captured_at, s.layout, s.salvaged, s.size, s.sha256
            FROM image i JOIN stream s ON s.stream_id = i.stream_id
            UNION ALL
            SELECT l.series, f.name, NULL, 'log ' || l.form, NULL, f.size, f.sha256
            FROM log_file f JOIN log l ON l.log_id = f.log_id
            """)
        var images: [[UInt8]] = []
        while try rows.step() {
            images.append((0..<7).flatMap { Netstring.bytes(rows.isNull($0) ? nil : rows.string($0)) })
        }
        var digest = Digest()
        for image in images.sorted(by: { $0.lexicographicallyPrecedes($1) }) { digest.update(image) }
        hexadecimal = digest.hexadecimal()
    }

    /// The first 32 digits in groups of four, for writing down.
    public var short: String {
        Self.short(hexadecimal)
    }

    /// The first 32 digits of a digest in groups of four.
    public static func short(_ hexadecimal: String) -> String {
        var groups: [String] = []
        var rest = hexadecimal.prefix(32)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: "-")
    }

    /// Whether a digest begins with `written`, which a person wrote down: at least 16 digits, with
    /// or without hyphens.
    static func begins(_ hexadecimal: String, with written: String) -> Bool {
        let digits = written.lowercased().filter { $0 != "-" && $0 != " " }
        return digits.count >= 16 && hexadecimal.hasPrefix(digits)
    }
}
