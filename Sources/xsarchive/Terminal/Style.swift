import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a piece of text is, which a terminal shows by its colour; elsewhere the text stays as it is.
enum Style: String {
    case heading = "1"
    case added = "32"
    case removed = "31"
    case changed = "33"
    case group = "36"
    case dim = "2"
    case error = "1;31"
    case warning = "1;33"

    /// What --color says. The program has one thread.
    nonisolated(unsafe) static var choice = ColorChoice.auto

    /// Whether standard output has colours.
    static var isOn: Bool {
        isOn(terminal: Terminal.isStandardOutput)
    }

    /// Whether a stream has colours: --color decides, then NO_COLOR (no-color.org), then CLICOLOR_FORCE, then whether it is a
    /// terminal that knows them.
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

    /// The text in this style on standard output.
    func callAsFunction(_ text: String) -> String {
        Self.isOn ? painted(text) : text
    }

    func painted(_ text: String) -> String {
        text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}

extension Finding.Severity {
    /// The severity's name in its colour.
    var styledName: String {
        switch self {
        case .error: Style.error(rawValue)
        case .warning: Style.warning(rawValue)
        case .info: Style.dim(rawValue)
        }
    }
}
