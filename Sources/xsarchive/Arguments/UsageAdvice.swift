import XenstoreArchive

/// What the parser says of arguments that it does not take, in one line that also says what to do.
struct UsageAdvice {
    /// As the parser, or a command's own check, says it.
    let message: String
    let arguments: [String]

    var line: String {
        let said = invalidValue ?? message.split(separator: "\n").joined(separator: " ")
        let full = said.last == "." ? String(said.dropLast()) : said
        return [full, unexpected].compactMap { $0 }.joined(separator: "; ")
            + (full.last == "?" && unexpected == nil ? " " : "; ") + help
    }

    private var command: String? {
        guard let word = arguments.first, XSArchive.commandNames.contains(word) else { return nil }
        return word
    }

    private var help: String {
        "'xsarchive help\(command.map { " " + $0 } ?? "")' tells how it is used"
    }

    // MARK: Values

    /// A value that is none of those that an option takes; nil where the message is about something else.
    private var invalidValue: String? {
        guard message.hasPrefix("The value '") else { return nil }
        let parts = message.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 3 else { return nil }
        let (value, option) = (parts[1], parts[3].split(separator: " ").first.map(String.init) ?? parts[3])
        let what = "The value '\(value)' is invalid for \(option)"
        guard message.contains("Please provide") else {
            return [what, Self.forms[option]].compactMap { $0 }.joined(separator: "; ")
        }
        let lines = message.split(separator: "\n").dropFirst().map { String($0.drop { $0 == " " || $0 == "-" }) }
        let choices = lines.isEmpty ? stride(from: 5, to: parts.count, by: 2).map { parts[$0] } : lines
        let list = choices.dropLast().joined(separator: ", ") + (choices.count > 1 ? " or " : "") + (choices.last ?? "")
        return "\(what), which is \(list)"
            + (Nearest.match(value, among: choices).map { "; did you mean \($0)?" } ?? "")
    }

    /// What else values look like.
    private static let forms = [
        "--domain": "a domid is a number, which 'xsarchive domains' tells",
        "--max-size": "write a number of bytes, like 4096, 500M or 2G",
    ]

    // MARK: Arguments too many

    private var unexpected: String? {
        guard message.contains("nexpected argument"), let command else { return nil }
        switch command {
        case "export", "rebuild", "build": return "-o names the file to write"
        case "query": return "-i names the image"
        case "images", "custody", "upgrade", "verify": return "-a names the archive"
        case "sql": return "put the SQL into quotes, all of it"
        case "log": return "log takes a path alone, and looks at all images"
        default: return nil
        }
    }
}
