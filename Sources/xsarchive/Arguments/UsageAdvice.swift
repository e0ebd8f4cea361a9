import XenstoreAnalysis
import XenstoreArchive

/// Rewrites the parser's message about wrong arguments as one line that also says what to do.
struct UsageAdvice {
    /// The message of the parser or of a command's own check.
    let message: String
    let arguments: [String]
    /// The names of all commands.
    let commands: [String]

    var line: String {
        let said = missingNumber ?? invalidValue ?? message.split(separator: "\n").joined(separator: " ")
        let full = said.last == "." ? String(said.dropLast()) : said
        return [full, unexpected].compactMap { $0 }.joined(separator: "; ")
            + (full.last == "?" && unexpected == nil ? " " : "; ") + help
    }

    private var command: String? {
        guard let first = arguments.first else { return nil }
        if commands.contains(first) { return first }
        // What comes before a command are options, and their values.
        return first.hasPrefix("-") ? arguments.first { commands.contains($0) } : nil
    }

    private var help: String {
        "see 'xsarchive help\(command.map { " " + $0 } ?? "")'"
    }

    // MARK: Values

    /// The message about a missing number. The parser treats a negative number as an option.
    private var missingNumber: String? {
        guard message.hasPrefix("Missing value for '") else { return nil }
        if message.contains("--timeout") { return "--timeout requires a number of seconds above 0" }
        return message.contains("--wait") ? "--wait requires a number of seconds from 0 to 1000000" : nil
    }

    /// The message about a value that an option does not accept; nil if the message is about
    /// something else.
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
        return "\(what); use \(list)"
            + (Nearest.match(value, among: choices).map { "; did you mean \($0)?" } ?? "")
    }

    /// What a value of an option looks like.
    private static let forms = [
        "--domain": "give a domid, a number that 'xsarchive domains' lists",
        "--for": "give a version of Xen from 4.\(XenVersion.knownMinors.lowerBound) on, like 4.17 or 4.16.2",
        "--max-size": "give a number of bytes, like 4096, 500M or 2G",
        "--root": "give an absolute path, like /local/domain/7",
        "--timeout": "give a number of seconds",
        "--wait": "give a number of seconds",
    ]

    // MARK: Unexpected arguments

    private var unexpected: String? {
        guard message.contains("nexpected argument"), let command else { return nil }
        switch command {
        case "export", "rebuild", "build": return "give the file to write with -o"
        case "query": return "give the image with -i"
        case "images", "custody", "upgrade", "verify": return "give the archive with -a"
        case "sql": return "put the whole SQL statement in quotes"
        case "log": return "log takes only a path, and reads all images"
        default: return nil
        }
    }
}
