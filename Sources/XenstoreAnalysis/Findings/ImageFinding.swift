import XenstoreArchive
import XenstoreStream

/// A finding in an image, with what it is about as named values.
public struct ImageFinding: Sendable {
    /// A named value: a column of a query, or what identifies a record.
    public typealias Field = (name: String, value: SQLValue)

    /// What is there, how severe it is, and where.
    public let finding: Finding
    /// What the finding is about: all columns of a query's row, or what identifies the record;
    /// empty for a finding about the image as a whole.
    public let fields: [Field]
    /// What makes the finding the same in two images: the rule and the subject, as one text without
    /// line breaks. Neither the record's number nor its offset is in it, as records move.
    public let identity: String

    /// The path that the finding is about, escaped; nil if it is not about a path.
    public var path: String? {
        for (name, value) in fields where name == "path" || name == "frontend" {
            if case .text(let octets) = value { return Escape.printable(octets) }
            if case .blob(let octets) = value { return Escape.printable(octets) }
        }
        return nil
    }

    /// - Parameters:
    ///   - subject: the fields that count for the identity.
    ///   - sentence: what counts in addition, for rules that have more than one reason.
    init(_ finding: Finding, fields: [Field], subject: [Field], sentence: String = "") {
        self.finding = finding
        self.fields = fields
        let parts = subject.map { "\($0.name)=\(Self.text($0.value))" } + (sentence.isEmpty ? [] : [sentence])
        identity = ([finding.rule] + parts).joined(separator: "; ")
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "none"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets): Escape.quoted(octets)
        case .blob(let octets): "x'\(Hexadecimal.text(octets))'"
        }
    }
}
