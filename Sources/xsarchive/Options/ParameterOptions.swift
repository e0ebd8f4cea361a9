import ArgumentParser
import XenstoreArchive

/// The values of an SQL statement's parameters.
struct ParameterOptions: ParsableArguments {
    @Option(
        name: [.customShort("P"), .customLong("parameter")],
        help: "A parameter, as key=value; repeat it for several parameters.")
    var parameter: [String] = []

    /// The values by key.
    /// - Throws: `ArchiveError` with code `usage` if one is not `key=value`, or a key occurs twice.
    func values() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in parameter {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ArchiveError(.usage, "-P \(text): must be key=value")
            }
            let key = String(text[..<equals])
            guard values.updateValue(String(text[text.index(after: equals)...]), forKey: key) == nil else {
                throw ArchiveError(.usage, "-P \(key) is given twice; give it once")
            }
        }
        return values
    }
}
