import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The list of named queries: for people by what they answer, for programs as a table.
struct QueryList {
    let queries: [NamedQuery]

    func print(_ format: OutputFormat) {
        if format == .text { return printText() }
        var table = Table(columns: ["group", "name", "title"], format: format)
        for query in queries.sorted(by: { ($0.group, $0.name) < ($1.group, $1.name) }) {
            table.add([.string(query.group), .string(query.name), .string(query.title)])
        }
        table.finish()
    }

    private func printText() {
        let width = queries.map(\.name.count).max() ?? 0
        var isFirst = true
        for (group, question) in NamedQuery.groups {
            let members = queries.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            if !isFirst { Console.print("") }
            isFirst = false
            Console.print(Style.heading(fitted("\(group): \(question)")))
            for query in members {
                let space = String(repeating: " ", count: width - query.name.count + 2)
                Console.print(fitted("  \(query.name)\(space)\(query.title)"))
            }
        }
    }

    /// A line, cut at the width of the terminal if there is one.
    private func fitted(_ line: String) -> String {
        Terminal.width.map { TextWidth.cut(line, $0) } ?? line
    }
}
