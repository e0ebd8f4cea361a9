import XenstoreStream

/// A table as aligned text.
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
    /// The maximum number of lines of a text with several words in the last column.
    private static let mostLines = 4

    init(_ headings: [String], _ rows: [[String]], numeric: [Bool]) {
        self.headings = headings
        self.rows = rows
        self.numeric = numeric
        contents = headings.indices.map { column in rows.map { Self.columns($0[column]) }.max() ?? 0 }
        least = headings.indices.map { [contents] column in
            let cells = rows.map { $0[column] }.filter { $0 != "-" }
            let isCode =
                contents[column] <= Self.widestCode && cells.allSatisfy { Self.columns($0) == contents[column] }
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
        let widths = headings.indices.map { min(Self.widest, max(Self.columns(headings[$0]), contents[$0])) }
        return Lines(headings: [line(headings, widths)], rows: rows.map { line($0, widths) })
    }

    /// The table for a terminal of this width: headings are broken at their underscores, then texts
    /// are cut, the widest first. Headings and numbers are not cut.
    /// - Returns: nil if the table does not fit.
    func fitted(_ width: Int) -> Lines? {
        guard let widths = widths(width - 2 * max(0, headings.count - 1)) else { return nil }
        let broken = headings.indices.map { Self.broken(headings[$0], widths[$0]) }
        let count = broken.map(\.count).max() ?? 1
        let tops = (0..<count).map { place -> String in
            let top = line(broken.map { $0.count < count - place ? "" : $0[place - (count - $0.count)] }, widths)
            return String(top.reversed().drop { $0 == " " }.reversed())
        }
        return Lines(headings: tops, rows: rows.flatMap { lines($0, widths) })
    }

    /// Each row as one line per column, for tables that are too wide for any terminal.
    var expanded: [[(name: String, value: String)]] {
        let width = headings.map(Self.columns).max() ?? 0
        return rows.map { row in
            headings.indices.map {
                (headings[$0] + String(repeating: " ", count: width - Self.columns(headings[$0])), row[$0])
            }
        }
    }

    // MARK: Widths

    /// - Parameter room: the total width of all columns.
    private func widths(_ room: Int) -> [Int]? {
        let whole = headings.indices.map { max(Self.columns(headings[$0]), contents[$0]) }
        if whole.reduce(0, +) <= room { return whole }
        let words = headings.map { Self.parts($0).map(Self.columns).max() ?? 0 }
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
            if let last = lines.last, columns(last + part) <= width {
                lines[lines.count - 1] = last + part
            } else {
                lines.append(part)
            }
        }
        return lines
    }

    // MARK: Lines

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, text) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, widths[column] - Self.columns(text)))
            let isLast = column == cells.count - 1
            line += numeric[column] ? padding + text : isLast ? text : text + padding
            if !isLast { line += "  " }
        }
        return line
    }

    /// A row whose cells are cut to fit; words in the last column wrap to more lines.
    private func lines(_ row: [String], _ widths: [Int]) -> [String] {
        let cells = row.indices.map { Self.cut(row[$0], widths[$0]) }
        guard let text = row.last, let width = widths.last, cells.last != text else { return [line(cells, widths)] }
        let wrapped = Self.wrapped(text, width)
        guard wrapped.count > 1, wrapped.count <= Self.mostLines else { return [line(cells, widths)] }
        return wrapped.enumerated().map { index, part in
            line((index == 0 ? cells.dropLast() : Array(repeating: "", count: cells.count - 1)) + [part], widths)
        }
    }

    /// A text broken at blanks; unbroken if a single word is too wide.
    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            guard columns(word) <= width else { return [text] }
            if let last = lines.last, columns(last) + 1 + columns(word) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    /// The text, unchanged if it fits. Otherwise a "…" replaces the end of several words, or the
    /// middle of a single word: paths and names differ at their ends.
    static func cut(_ text: String, _ width: Int) -> String {
        guard columns(text) > width else { return text }
        let tail = text.contains(" ") ? 0 : 2 * (width - 1) / 3
        let end = String(String.UnicodeScalarView(fitting(text.unicodeScalars.reversed(), tail).reversed()))
        return String(String.UnicodeScalarView(fitting(text.unicodeScalars, width - 1 - columns(end)))) + "…" + end
    }

    /// The first scalars, as many as fit.
    private static func fitting(_ scalars: some Sequence<Unicode.Scalar>, _ width: Int) -> [Unicode.Scalar] {
        var used = 0
        return scalars.prefix { scalar in
            used += columns(scalar)
            return used <= width
        }
    }

    /// The width of a text in terminal columns.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
