import ArgumentParser
import XenstoreArchive

/// A word in a command's place that is none: the parser would take it for an argument too many, and say so.
enum MistypedCommand {
    /// - Throws: `ValidationError` that names the nearest command.
    static func refuse(_ arguments: some Sequence<String>) throws {
        let words = Array(arguments.prefix(2))
        // Help about a command that is none would be help about all.
        guard let word = words.first == "help" && words.count > 1 ? words.last : words.first, !word.hasPrefix("-")
        else { return }
        let commands = XSArchive.commandNames + ["help"]
        guard !commands.contains(word) else { return }
        let advice = Nearest.match(word, among: commands).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("no command is named '\(word)'\(advice)")
    }
}
