import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The role of a piece of text, which decides its color on a terminal.
enum Style: String {
    case heading = "1"
    case added = "32"
    case removed = "31"
    case changed = "33"
    case group = "36"
    case dim = "2"
    case error = "1;31"
    case warning = "1;33"

    /// The value of --color. Only one thread prints.
    nonisolated(unsafe) static var choice = ColorChoice.auto

    /// Whether to use colors on standard output.
    static var isOn: Bool {
        isOn(terminal: Terminal.isStandardOutput)
    }

    /// Whether to use colors: decided by --color, then NO_COLOR (no-color.org), then
    /// CLICOLOR_FORCE, then whether the output is a terminal with colors.
    static func isOn(terminal: Bool) -> Bool {
        switch choice {
        case .always: return true
        case .never: return false
        case .auto:
            if !variable("NO_COLOR").isEmpty { return false }
            if !["", "0"].contains(variable("CLICOLOR_FORCE")) { return true }
            return terminal && variable("TERM") != "dumb" && variable("CLICOLOR") != "0"
        }
    }

    private static func variable(_ name: String) -> String {
        getenv(name).map { String(cString: $0) } ?? ""
    }

    /// The text in this style, if standard output uses colors.
    func callAsFunction(_ text: String) -> String {
        Self.isOn ? painted(text) : text
    }

    func painted(_ text: String) -> String {
        text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}

extension Finding.Severity {
    /// The severity's name in its color.
    var styledName: String {
        switch self {
        case .error: Style.error(rawValue)
        case .warning: Style.warning(rawValue)
        case .info: Style.dim(rawValue)
        }
    }
}
