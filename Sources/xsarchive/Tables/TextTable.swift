import XenstoreStream

/// A table as aligned text.
struct TextTable {
    let headings: [String]
    let rows: [[String]]
    /// Which columns stand at the right.
    let numeric: [Bool]
    /// How wide each column's cells are without its heading.
    private let contents: [Int]
    /// How wide each column must be to say anything.
    private let least: [Int]

    /// Where there is no terminal: wider cells than this run over rather than push all others aside.
    private static let widest = 48
    /// On a terminal a text is made no narrower than this, and a path no narrower than that.
    private static let (narrowest, narrowestPath) = (12, 20)
    /// Texts that are all as wide as each other, like times and digests, are not cut where they are no wider than this.
    private static let widestCode = 24
    /// How many lines a text of several words may have in the last column.
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
        /// More than one where headings do not fit in one.
        var headings: [String]
        var rows: [String]
    }

    /// The table with nothing cut.
    var uncut: Lines {
        let widths = headings.indices.map { min(Self.widest, max(Self.columns(headings[$0]), contents[$0])) }
        return Lines(headings: [line(headings, widths)], rows: rows.map { line($0, widths) })
    }

    /// The table in so many columns of a terminal: headings are broken at their underscores, then texts are cut, the widest first.
    /// Neither headings nor numbers are cut.
    /// - Returns: nil where it does not fit.
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

    /// A row as a line for each column that has something in it; for tables that fit nowhere.
    var expanded: [[(name: String, value: String)]] {
        let width = headings.map(Self.columns).max() ?? 0
        return rows.map { row in
            headings.indices.map {
                (headings[$0] + String(repeating: " ", count: width - Self.columns(headings[$0])), row[$0])
            }
        }
    }

    // MARK: Widths

    /// - Parameter room: what there is for all columns together.
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
        // What is left goes to the columns that are still cut, from the last on (paths and values stand there), then to broken headings.
        for goal in [narrow, whole] {
            for column in widths.indices.reversed() {
                let more = min(room - widths.reduce(0, +), goal[column] - widths[column])
                if more > 0 && (goal == narrow || widths[column] + more == goal[column]) { widths[column] += more }
            }
        }
        return widths
    }

    /// The words of a heading, each with the underscore behind it.
    private static func parts(_ heading: String) -> [String] {
        var parts = [""]
        for character in heading {
            parts[parts.count - 1].append(character)
            if character == "_" { parts.append("") }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// A heading in as few lines as the width allows.
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

    /// A row with what does not fit cut; words in the last column go on below.
    private func lines(_ row: [String], _ widths: [Int]) -> [String] {
        let cells = row.indices.map { Self.cut(row[$0], widths[$0]) }
        guard let text = row.last, let width = widths.last, cells.last != text else { return [line(cells, widths)] }
        let wrapped = Self.wrapped(text, width)
        guard wrapped.count > 1, wrapped.count <= Self.mostLines else { return [line(cells, widths)] }
        return wrapped.enumerated().map { index, part in
            line((index == 0 ? cells.dropLast() : Array(repeating: "", count: cells.count - 1)) + [part], widths)
        }
    }

    /// A text broken at blanks; in one piece where a word alone is too wide.
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

    /// The text as it is where it fits. Else a "…" stands for the end of several words, and for what is within one: paths and names
    /// differ at their ends.
    static func cut(_ text: String, _ width: Int) -> String {
        guard columns(text) > width else { return text }
        let tail = text.contains(" ") ? 0 : 2 * (width - 1) / 3
        let end = String(String.UnicodeScalarView(fitting(text.unicodeScalars.reversed(), tail).reversed()))
        return String(String.UnicodeScalarView(fitting(text.unicodeScalars, width - 1 - columns(end)))) + "…" + end
    }

    /// As many scalars as fit, from the first on.
    private static func fitting(_ scalars: some Sequence<Unicode.Scalar>, _ width: Int) -> [Unicode.Scalar] {
        var used = 0
        return scalars.prefix { scalar in
            used += columns(scalar)
            return used <= width
        }
    }

    /// How many of a terminal's columns a text takes.
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
