import ArgumentParser

/// Options that stand before the command's name, where the parser looks for those of the program alone.
enum LeadingOptions {
    /// The arguments with -a or --archive behind the command's name, which is where a command takes it; what stands there already
    /// stands later, and wins.
    /// - Throws: `ValidationError` where another option stands before a command.
    static func moved(_ arguments: [String]) throws -> [String] {
        guard arguments.first?.hasPrefix("-") == true else { return arguments }
        let commands = Set(XSArchive.commandNames)
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
                throw ValidationError(
                    "\(first) stands before the command; write it behind, as in: xsarchive \(command) \(first)")
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
