import ArgumentParser

/// Options before the command's name, where the parser accepts only those of the program itself.
enum LeadingOptions {
    /// Moves -a or --archive after the command's name, where a command accepts it.
    /// - Parameter commands: the names of all commands.
    /// - Throws: `ValidationError` if another option comes before a command.
    static func moved(_ arguments: [String], before commands: [String]) throws -> [String] {
        guard arguments.first?.hasPrefix("-") == true else { return arguments }
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first, first.hasPrefix("-") {
            if first == "-a" || first == "--archive" {
                guard rest.count > 1 else { return arguments }
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if first.hasPrefix("--archive=") || first.hasPrefix("-a") && !first.hasPrefix("--") {
                leading.append(first)
                rest = rest.dropFirst()
            } else {
                // Help, the version and completion scripts need no command.
                let isOwn = own.contains { first.hasPrefix($0) }
                guard !isOwn, let command = arguments.first(where: { commands.contains($0) }) else { return arguments }
                let option = rest.prefix { $0 != command }.prefix(2).joined(separator: " ")
                throw ValidationError(
                    "\(first) comes before the command; write it after, as in: xsarchive \(command) \(option)")
            }
        }
        guard let command = rest.first, !leading.isEmpty else { return arguments }
        return [command] + leading + rest.dropFirst()
    }

    /// Options of the program itself.
    private static let own = [
        "-h", "--help", "--version", "--generate-completion-script", "--experimental-dump-help", "--help-hidden",
        "---completion",
    ]
}
