import ArgumentParser
import XenstoreArchive

/// A word in a command's place that is none: the parser would take it for an argument too many, and say so.
enum MistypedCommand {
    /// - Throws: `ValidationError` that names the nearest command.
    static func refuse(_ arguments: some Sequence<String>) throws {
        guard let word = arguments.first(where: { _ in true }), !word.hasPrefix("-") else { return }
        let commands = XSArchive.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard !commands.contains(word) else { return }
        let advice = Nearest.match(word, among: commands).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("no command is named '\(word)'\(advice)")
    }
}
