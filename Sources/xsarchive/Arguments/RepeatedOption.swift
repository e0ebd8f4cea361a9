import ArgumentParser
import XenstoreArchive

/// An option of one value that is given several times. The parser would take the last value, and
/// drop the others without a word.
struct RepeatedOption {
    /// An option that takes values.
    private struct Option {
        /// Equal for all names of one option.
        let position: Int64
        /// Whether its values add up.
        let addsUp: Bool
    }

    /// The options that take values, by each of their names, with the dashes.
    private let options: [String: Option]

    /// - Parameter arguments: the command's name and what follows it, as the parser has accepted
    ///   them.
    /// - Throws: `ValidationError` that names the option.
    static func refuse(_ arguments: [String], of command: any ParsableCommand.Type) throws {
        guard arguments.count(where: { $0.hasPrefix("-") }) > 1 else { return }
        try RepeatedOption(command).refuse(arguments.dropFirst())
    }

    /// Asks the parser for its description of the command, which is JSON.
    private init(_ command: any ParsableCommand.Type) throws {
        let rows = try Database(path: ":memory:", mode: .write).prepare(
            """
            SELECT argument.key, argument.value ->> 'isRepeating', name.value ->> 'kind', name.value ->> 'name'
            FROM json_each(?, '$.command.arguments') AS argument, json_each(argument.value, '$.names') AS name
            WHERE argument.value ->> 'kind' = 'option'
            """)
        try rows.bind(1, command._dumpHelp())
        var options: [String: Option] = [:]
        while try rows.step() {
            let dashes = rows.string(2) == "long" ? "--" : "-"
            options[dashes + rows.string(3)] = Option(position: rows.integer(0), addsUp: rows.integer(1) != 0)
        }
        self.options = options
    }

    private func refuse(_ arguments: ArraySlice<String>) throws {
        var names: [Int64: [String]] = [:]
        var repeated: Int64?
        var rest = arguments
        while let word = rest.popFirst(), word != "--" {
            guard let (name, option) = option(in: word) else { continue }
            if !word.contains("=") { rest = rest.dropFirst() }
            names[option.position, default: []].append(name)
            if !option.addsUp && repeated == nil && names[option.position, default: []].count > 1 {
                repeated = option.position
            }
        }
        guard let repeated, let given = names[repeated], let first = given.first else { return }
        guard Set(given).count == 1 else {
            throw ValidationError("\(Set(given).sorted().joined(separator: " and ")) are one option; give it once.")
        }
        throw ValidationError("\(first) is given \(given.count == 2 ? "twice" : "\(given.count) times"); give it once.")
    }

    /// The option that a word begins, or that is the last of several letters after one dash.
    private func option(in word: String) -> (name: String, Option)? {
        guard word.hasPrefix("-") else { return nil }
        let name = String(word.prefix { $0 != "=" })
        if let option = options[name] { return (name, option) }
        guard !name.hasPrefix("--") else { return nil }
        for letter in name.dropFirst() {
            if let option = options["-\(letter)"] { return ("-\(letter)", option) }
        }
        return nil
    }
}
