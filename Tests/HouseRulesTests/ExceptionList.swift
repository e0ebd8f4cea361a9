import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The files that may break a rule, each with how often. The list may only shrink.
///
/// It is a file of lines `path: count` in Tests/HouseRulesTests/Exceptions. RECORD_EXCEPTIONS=1
/// lowers its entries to what the files have, and writes a list that does not exist; an entry that
/// has to rise is written by hand.
struct ExceptionList {
    let name: String
    let entries: [String: Int]

    private static let directory = "Tests/HouseRulesTests/Exceptions"

    private static var isRecording: Bool {
        getenv("RECORD_EXCEPTIONS").map { String(cString: $0) } == "1"
    }

    /// - Parameter text: the lines of the list.
    init(name: String, text: String) throws {
        var entries: [String: Int] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let colon = line.lastIndex(of: ":"),
                let count = Int(line[line.index(after: colon)...].drop { $0 == " " }), count > 0,
                entries.updateValue(count, forKey: String(line[..<colon])) == nil
            else { throw Problem(description: "\(name): not 'path: count', or twice: \(line)") }
        }
        self.name = name
        self.entries = entries
    }

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// What is wrong with the files or with the list.
    /// - Parameter found: by path, each place that breaks the rule.
    func problems(with found: [String: [String]]) -> [String] {
        var problems: [String] = []
        for path in Set(found.keys).union(entries.keys).sorted() {
            let places = found[path] ?? []
            let listed = entries[path] ?? 0
            if places.count > listed {
                let shown = places.prefix(listed == 0 ? 5 : places.count).joined(separator: "; ")
                problems.append("\(path) has \(places.count) \(name), and may have \(listed): \(shown)")
            } else if places.isEmpty && listed > 0 {
                problems.append("\(path) no longer has \(listed) \(name), remove its entry")
            } else if places.count < listed {
                problems.append("\(path) no longer has \(listed) \(name), lower its entry to \(places.count)")
            }
        }
        return problems
    }

    /// What is wrong, by the list with this name (`wide lines` is in wide-lines.txt).
    static func problems(_ name: String, _ found: [String: [String]]) throws -> [String] {
        let file = directory + "/" + name.replacing(" ", with: "-") + ".txt"
        let path = Fixtures.root + "/" + file
        guard Files.exists(path) else {
            if isRecording { try ExceptionList(name: name, text: "").write(found.mapValues(\.count), path) }
            return ["there is no \(file)"]
        }
        let list = try ExceptionList(name: name, text: String(decoding: Files.read(path), as: UTF8.self))
        let problems = list.problems(with: found)
        if isRecording && !problems.isEmpty { list.write(list.lowered(to: found.mapValues(\.count)), path) }
        return problems
    }

    /// The entries, none of them higher than it was.
    func lowered(to counts: [String: Int]) -> [String: Int] {
        var lowered: [String: Int] = [:]
        for (path, count) in entries {
            let count = min(count, counts[path] ?? 0)
            if count > 0 { lowered[path] = count }
        }
        return lowered
    }

    private func write(_ entries: [String: Int], _ path: String) {
        let lines = entries.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }
        Files.write(Array(("# Files with \(name). This list may only shrink.\n" + lines.joined()).utf8), path)
    }
}
