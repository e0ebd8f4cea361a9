import XenstoreArchive
import XenstoreStream

/// How each row of a table is printed as text, with widths that the first rows have decided.
///
/// A later cell that is wider than its column is cut on a terminal, like any other; elsewhere, and
/// if the column holds numbers, it is printed whole and moves the rest of its line.
struct TextForm {
    enum Kind {
        /// Aligned columns with nothing cut.
        case uncut
        /// Aligned columns for a terminal.
        case fitted
        /// A line for each column.
        case expanded
    }

    let kind: Kind
    let headings: [String]
    /// The headings, broken into lines.
    let top: [[String]]
    /// Which columns are right-aligned.
    let numeric: [Bool]
    /// The width of each column; in the expanded form, of each heading.
    let widths: [Int]

    /// The maximum number of lines of a text with several words in the last column.
    private static let mostLines = 4

    /// The headings as they are printed.
    var topLines: [String] {
        top.map { cells in
            let line = line(cells)
            return kind == .uncut ? line : String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The lines of a row.
    func lines(_ row: [String]) -> [String] {
        switch kind {
        case .uncut: [line(row)]
        case .fitted: fittedLines(row)
        case .expanded:
            row.indices.map { column in
                Style.heading(Self.padded(headings[column], widths[column])) + "  " + row[column]
            }
        }
    }

    /// Appends the line of a row in which nothing is cut, as `lines` has it, and a newline. A plain
    /// text gets there without a String of its own: a table can have a row for each node.
    func append(uncut row: [SQLValue], _ shown: [Int], to line: inout [UInt8]) {
        for (place, column) in shown.enumerated() {
            if place > 0 { line.append(contentsOf: "  ".utf8) }
            if case .text(let octets) = row[column], Escape.isPlain(octets) {
                append(octets, octets.count, at: place, isLast: place == shown.count - 1, to: &line)
            } else {
                let cell = row[column].cell
                append(cell.utf8, TextWidth.columns(cell), at: place, isLast: place == shown.count - 1, to: &line)
            }
        }
        line.append(ASCII.newline)
    }

    private func append(
        _ cell: some Collection<UInt8>, _ width: Int, at place: Int, isLast: Bool, to line: inout [UInt8]
    ) {
        let padding = repeatElement(UInt8(ascii: " "), count: max(0, widths[place] - width))
        if numeric[place] { line.append(contentsOf: padding) }
        line.append(contentsOf: cell)
        if !numeric[place] && !isLast { line.append(contentsOf: padding) }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TextWidth.columns(text)))
    }

    private func line(_ cells: [String]) -> String {
        var line = ""
        for (column, text) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, widths[column] - TextWidth.columns(text)))
            let isLast = column == cells.count - 1
            line += numeric[column] ? padding + text : isLast ? text : text + padding
            if !isLast { line += "  " }
        }
        return line
    }

    /// A row whose cells are cut to fit; words in the last column wrap to more lines.
    private func fittedLines(_ row: [String]) -> [String] {
        let cells = row.indices.map { numeric[$0] ? row[$0] : TextWidth.cut(row[$0], widths[$0]) }
        guard let text = row.last, let width = widths.last, cells.last != text else { return [line(cells)] }
        let wrapped = Self.wrapped(text, width)
        guard wrapped.count > 1, wrapped.count <= Self.mostLines else { return [line(cells)] }
        return wrapped.enumerated().map { index, part in
            line((index == 0 ? cells.dropLast() : Array(repeating: "", count: cells.count - 1)) + [part])
        }
    }

    /// A text broken at blanks; unbroken if a single word is too wide.
    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            guard TextWidth.columns(word) <= width else { return [text] }
            if let last = lines.last, TextWidth.columns(last) + 1 + TextWidth.columns(word) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(word)
            }
        }
        return lines
    }
}
