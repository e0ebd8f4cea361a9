import XenstoreArchive
import XenstoreStream

/// The sentence of a query's header, filled with the values of a row.
///
/// `{column}` is a value, with quotation marks around a text; `[column]` is the text as words, and
/// a list of domids becomes `1, 2 and 3`. `<A|B>` is the first of the parts whose columns all have
/// a value; nothing if none has.
struct FindingSentence {
    private let fields: [ImageFinding.Field]

    /// - Parameter fields: the columns of the row.
    init(_ fields: [ImageFinding.Field]) {
        self.fields = fields
    }

    /// The sentence with the values of the row.
    func text(_ sentence: String) -> String {
        var result = ""
        var rest = Substring(sentence)
        while let start = rest.firstIndex(where: { "{[<".contains($0) }) {
            result += rest[..<start]
            let close: Character = rest[start] == "{" ? "}" : rest[start] == "[" ? "]" : ">"
            let end = rest[start...].firstIndex(of: close) ?? rest.endIndex
            let inner = rest[start..<end].dropFirst()
            switch rest[start] {
            case "{": result += Self.quoted(value(inner))
            case "[": result += Self.words(value(inner), isList: inner == "domids")
            default: result += choice(inner)
            }
            rest = rest[end...].dropFirst()
        }
        return result + rest
    }

    /// Every value that is not NULL, after the name of its column.
    var pairs: String {
        fields.compactMap { name, value in value == .null ? nil : "\(name) \(Self.quoted(value))" }
            .joined(separator: ", ")
    }

    /// The columns that a sentence names, in order.
    static func columns(of sentence: String) -> [String] {
        sentence.matches(of: /[\[{]([^\]}]*)[\]}]/).map { String($0.output.1) }
    }

    private func choice(_ parts: Substring) -> String {
        let part = parts.split(separator: "|", omittingEmptySubsequences: false).first { part in
            Self.columns(of: String(part)).allSatisfy { value($0[...]) != .null }
        }
        return part.map { text(String($0)) } ?? ""
    }

    private func value(_ name: Substring) -> SQLValue {
        fields.first { $0.name == name }?.value ?? .null
    }

    private static func quoted(_ value: SQLValue) -> String {
        switch value {
        case .null: "none"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets), .blob(let octets): Escape.short(octets)
        }
    }

    private static func words(_ value: SQLValue, isList: Bool) -> String {
        guard case .text(let octets) = value else { return quoted(value) }
        let text = Escape.printable(octets)
        return isList ? NamedQuery.list(text.split(separator: " ").map(String.init)) : text
    }
}
