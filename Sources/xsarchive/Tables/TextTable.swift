import XenstoreStream

/// The first rows of a table, from which the widths of its columns are chosen.
struct TextTable {
    let headings: [String]
    let rows: [[String]]
    /// Which columns are right-aligned.
    let numeric: [Bool]
    /// The width of each column's cells, without its heading.
    private let contents: [Int]
    /// The minimum useful width of each column.
    private let least: [Int]

    /// Without a terminal, wider cells than this overflow instead of widening the column.
    private static let widest = 48
    /// The minimum widths of a text and of a path on a terminal.
    private static let (narrowest, narrowestPath) = (12, 20)
    /// A column whose texts all have the same width, like times and digests, is not cut if it is no
    /// wider than this.
    private static let widestCode = 24

    init(_ headings: [String], _ rows: [[String]], numeric: [Bool]) {
        self.headings = headings
        self.rows = rows
        self.numeric = numeric
        contents = headings.indices.map { column in rows.map { TextWidth.columns($0[column]) }.max() ?? 0 }
        least = headings.indices.map { [contents] column in
            let cells = rows.map { $0[column] }.filter { $0 != "-" }
            let isCode =
                contents[column] <= Self.widestCode && cells.allSatisfy { TextWidth.columns($0) == contents[column] }
            if numeric[column] || isCode { return contents[column] }
            return min(contents[column], cells.allSatisfy({ $0.hasPrefix("/") }) ? Self.narrowestPath : Self.narrowest)
        }
    }

    /// The table as it is printed.
    struct Lines: Equatable {
        /// More than one line if the headings do not fit in one.
        var headings: [String]
        var rows: [String]
    }

    /// The table with nothing cut.
    var uncut: Lines {
        lines(uncutForm)
    }

    /// How rows are printed with nothing cut.
    var uncutForm: TextForm {
        let widths = headings.indices.map { min(Self.widest, max(TextWidth.columns(headings[$0]), contents[$0])) }
        return TextForm(kind: .uncut, headings: headings, top: [headings], numeric: numeric, widths: widths)
    }

    /// The table for a terminal of this width.
    /// - Returns: nil if the table does not fit.
    func fitted(_ width: Int) -> Lines? {
        fittedForm(width).map(lines)
    }

    /// How rows are printed on a terminal of this width: headings are broken at their underscores,
    /// then texts are cut, the widest first. Headings and numbers are not cut.
    /// - Returns: nil if the table does not fit.
    func fittedForm(_ width: Int) -> TextForm? {
        guard let widths = widths(width - 2 * max(0, headings.count - 1)) else { return nil }
        let broken = headings.indices.map { Self.broken(headings[$0], widths[$0]) }
        let count = broken.map(\.count).max() ?? 1
        let top = (0..<count).map { place in
            broken.map { $0.count < count - place ? "" : $0[place - (count - $0.count)] }
        }
        return TextForm(kind: .fitted, headings: headings, top: top, numeric: numeric, widths: widths)
    }

    /// Each row as one line per column, for tables that are too wide for any terminal.
    var expandedForm: TextForm {
        let width = headings.map(TextWidth.columns).max() ?? 0
        return TextForm(
            kind: .expanded, headings: headings, top: [], numeric: numeric, widths: headings.map { _ in width })
    }

    private func lines(_ form: TextForm) -> Lines {
        Lines(headings: form.topLines, rows: rows.flatMap(form.lines))
    }

    // MARK: Widths

    /// - Parameter room: the total width of all columns.
    private func widths(_ room: Int) -> [Int]? {
        let whole = headings.indices.map { max(TextWidth.columns(headings[$0]), contents[$0]) }
        if whole.reduce(0, +) <= room { return whole }
        let words = headings.map { Self.parts($0).map(TextWidth.columns).max() ?? 0 }
        let narrow = headings.indices.map { max(words[$0], contents[$0]) }
        let floors = headings.indices.map { max(words[$0], least[$0]) }
        guard floors.reduce(0, +) <= room else { return nil }
        var (low, high) = (0, narrow.max() ?? 0)
        func capped(_ cap: Int) -> [Int] { headings.indices.map { max(floors[$0], min(narrow[$0], cap)) } }
        while low < high {
            let middle = (low + high + 1) / 2
            if capped(middle).reduce(0, +) <= room { low = middle } else { high = middle - 1 }
        }
        var widths = capped(low)
        // The remaining width goes to columns that are still cut, starting with the last (paths and
        // values are there), then to broken headings.
        for goal in [narrow, whole] {
            for column in widths.indices.reversed() {
                let more = min(room - widths.reduce(0, +), goal[column] - widths[column])
                if more > 0 && (goal == narrow || widths[column] + more == goal[column]) { widths[column] += more }
            }
        }
        return widths
    }

    /// The words of a heading, each with the underscore after it.
    private static func parts(_ heading: String) -> [String] {
        var parts = [""]
        for character in heading {
            parts[parts.count - 1].append(character)
            if character == "_" { parts.append("") }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// A heading in as few lines as its width permits.
    private static func broken(_ heading: String, _ width: Int) -> [String] {
        var lines: [String] = []
        for part in parts(heading) {
            if let last = lines.last, TextWidth.columns(last + part) <= width {
                lines[lines.count - 1] = last + part
            } else {
                lines.append(part)
            }
        }
        return lines
    }
}
