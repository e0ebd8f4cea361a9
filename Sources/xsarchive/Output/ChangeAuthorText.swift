import XenstoreAnalysis
import XenstoreStream

/// Who made a change, as people and programs read it.
enum ChangeAuthorText {
    /// A line for each author; of several, each says of what.
    static func lines(_ authors: [ChangeAuthor]) -> [String] {
        authors.map { author in
            let what = authors.count == 1 ? "" : author.what == "perms" ? " of the permissions" : " of the value"
            return "who\(what): \(sentence(author))"
        }
    }

    /// `domain 7 (D7), write, 2026-08-01T12:00:00.000Z, log:1, line 42; certain`.
    static func sentence(_ author: ChangeAuthor) -> String {
        let reason = author.reason.map { ": " + Escape.printable($0) } ?? ""
        guard author.certainty != .unknown else { return "unknown\(reason)" }
        var parts = [client(author), author.operation, author.time].compactMap(\.self)
        if let logID = author.logID, let position = author.position {
            parts.append("log:\(logID), line \(position)")
        }
        return parts.joined(separator: ", ") + "; \(author.certainty.rawValue)\(reason)"
    }

    private static func client(_ author: ChangeAuthor) -> String {
        guard let connection = author.connection, !connection.isEmpty else { return "the daemon itself" }
        let name = Escape.printable(connection)
        return author.domid.map { "domain \($0) (\(name))" } ?? "\(name), of an unknown domain"
    }

    /// The members of `who` in JSON.
    static func object(_ author: ChangeAuthor) -> JSON {
        .object([
            ("what", .string(author.what)), ("domid", author.domid.map { .integer(Int64($0)) } ?? .null),
            ("connection", author.connection.map(JSON.bytes) ?? .null), ("operation", .optional(author.operation)),
            ("time", .optional(author.time)), ("log_id", author.logID.map(JSON.integer) ?? .null),
            ("position", author.position.map(JSON.integer) ?? .null),
            ("certainty", .string(author.certainty.rawValue)), ("reason", .optional(author.reason)),
        ])
    }
}
