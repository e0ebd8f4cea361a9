import ArgumentParser
import XenstoreArchive

/// A mistyped command. The parser would report it only as an unexpected argument.
enum MistypedCommand {
    /// - Throws: `ValidationError` with the nearest command, if the first word is not a command.
    static func refuse(_ arguments: some Sequence<String>) throws {
        let words = Array(arguments.prefix(2))
        // For an unknown command the parser's `help` prints the help of the whole program.
        guard let word = words.first == "help" && words.count > 1 ? words.last : words.first, !word.hasPrefix("-")
        else { return }
        let commands = XSArchive.commandNames + ["help"]
        guard !commands.contains(word) else { return }
        let advice = Nearest.match(word, among: commands).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("there is no command '\(word)'\(advice)")
    }
}
