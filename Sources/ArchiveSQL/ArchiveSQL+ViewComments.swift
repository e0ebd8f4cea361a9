extension ArchiveSQL {
    /// The comment before each view, with the view's name, in the order of the files.
    public static var viewComments: [(view: String, comment: String)] {
        viewHeaders.map { ($0.view, $0.comment) }
    }

    /// The columns of each view with their types, in the order of the files. A view without a valid
    /// list of columns has none; a test compares the lists with the views.
    public static var viewColumns: [(view: String, columns: [TypedColumn])] {
        viewHeaders.map { ($0.view, TypedColumn.list($0.columns) ?? []) }
    }

    /// What stands before each view: its comment, and below it the list of its columns.
    private static var viewHeaders: [(view: String, comment: String, columns: String)] {
        var result: [(view: String, comment: String, columns: String)] = []
        var lines: [Substring] = []
        for line in views.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("--") {
                lines.append(line.dropFirst(2).drop { $0 == " " })
                continue
            }
            if line.hasPrefix("CREATE VIEW ") {
                let name = line.dropFirst("CREATE VIEW ".count).prefix { $0 != " " && $0 != "(" }
                let list = lines.firstIndex { $0.hasPrefix("columns: ") } ?? lines.endIndex
                let columns = lines[list...].joined(separator: " ").dropFirst("columns: ".count)
                result.append((String(name), lines[..<list].joined(separator: " "), String(columns)))
            }
            lines = []
        }
        return result
    }
}
