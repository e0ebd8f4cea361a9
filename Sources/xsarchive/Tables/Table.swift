import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// Prints rows in any format.
struct Table {
    let columns: [String]
    let format: OutputFormat
    /// The columns that are left out, in this order, if a terminal is too narrow for all; nil:
    /// none.
    private let expendable: [String]?
    private var rows: [[SQLValue]] = []
    private var printed = 0

    init(columns: [String], format: OutputFormat, expendable: [String]? = nil) {
        self.columns = columns
        self.expendable = expendable
        self.format = format
        if isCSV { printCSV(columns.map { .text(Octets($0.utf8)) }) }
    }

    /// Prints a row, or keeps it if the format needs all rows first.
    /// - Parameter members: what only a row in JSON has in addition.
    mutating func add(_ row: [SQLValue], members: [(String, JSON)] = []) {
        switch format {
        case .text: rows.append(row)
        case .jsonl: Console.print(json(row, members))
        case .json:
            Console.print((printed == 0 ? "[" : ",\n ") + json(row, members), terminator: "")
        case .csv, .csvSafe: printCSV(row)
        }
        printed += 1
    }

    /// Prints what is left.
    func finish() {
        switch format {
        case .text: printText()
        case .json: Console.print(printed == 0 ? "[]" : "]")
        case .jsonl, .csv, .csvSafe: break
        }
    }

    private func printText() {
        let all = Array(columns.indices)
        guard let width = Terminal.width, !rows.isEmpty else { return print(text(all).uncut) }
        if let lines = text(all).fitted(width) { return print(lines) }
        var shown = all
        for column in expendableColumns {
            shown.removeAll { $0 == column }
            guard !shown.isEmpty, let lines = text(shown).fitted(width) else { continue }
            print(lines)
            Console.flush()
            let names = all.filter { !shown.contains($0) }.map { Escape.printable(columns[$0]) }.joined(separator: ", ")
            return Console.note("hidden columns: \(names) (widen the terminal or use --format csv)")
        }
        for (index, row) in text(all).expanded.enumerated() {
            if index > 0 { Console.print("") }
            for (name, value) in row { Console.print("\(Style.heading(name))  \(value)") }
        }
    }

    private func print(_ lines: TextTable.Lines) {
        for line in lines.headings { Console.print(Style.heading(line)) }
        for line in lines.rows { Console.print(line) }
    }

    /// The columns, by their indices, as text.
    private func text(_ shown: [Int]) -> TextTable {
        let numeric = shown.map { column in
            !rows.isEmpty
                && rows.allSatisfy {
                    if case .text = $0[column] { false } else if case .blob = $0[column] { false } else { true }
                }
        }
        return TextTable(
            shown.map { Escape.printable(columns[$0]) }, rows.map { row in shown.map { Self.text(row[$0]) } },
            numeric: numeric)
    }

    /// Columns that are empty or contain only zeros come first.
    private var expendableColumns: [Int] {
        guard let expendable else { return [] }
        func isAll(_ values: SQLValue...) -> [Int] {
            columns.indices.filter { column in rows.allSatisfy { values.contains($0[column]) } }
        }
        var order: [Int] = []
        for column in isAll(.null) + isAll(.null, .integer(0)) + expendable.compactMap({ columns.firstIndex(of: $0) })
        where !order.contains(column) {
            order.append(column)
        }
        return order
    }

    private func json(_ row: [SQLValue], _ members: [(String, JSON)]) -> String {
        JSON.object(zip(columns, row).map { ($0, JSON.value($1)) } + members).text
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "-"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets): Escape.printable(octets)
        case .blob(let octets):
            octets.count <= 24
                ? "x'\(Hexadecimal.text(octets))'"
                : "x'\(Hexadecimal.text(octets.prefix(24)))...' (\(octets.count) bytes)"
        }
    }

    private var isCSV: Bool {
        format == .csv || format == .csvSafe
    }

    private func printCSV(_ row: [SQLValue]) {
        Console.print(row.map { Self.csv($0, isSafe: format == .csvSafe) }.joined(separator: ","), terminator: "\r\n")
    }

    private static func csv(_ value: SQLValue, isSafe: Bool) -> String {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets) where isSafe: quoted(guarded(octets.utf8Text ?? "x'\(Hexadecimal.text(octets))'"))
        case .text(let octets):
            // A program gets the bytes unchanged; a terminal gets them escaped.
            csv(
                octets.utf8Text.map { Terminal.isStandardOutput ? Escape.harmless($0) : $0 }
                    ?? "x'\(Hexadecimal.text(octets))'")
        case .blob(let octets): "x'\(Hexadecimal.text(octets))'"
        }
    }

    /// RFC 4180: quoted if needed. An empty text is quoted, NULL is not.
    private static func csv(_ text: String) -> String {
        guard text.isEmpty || text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
            return text
        }
        return quoted(text)
    }

    /// A text with control characters escaped. If a spreadsheet could interpret it as a formula, an
    /// apostrophe precedes it (OWASP, "CSV Injection").
    private static func guarded(_ text: String) -> String {
        let text = Escape.harmless(text)
        let first = text.unicodeScalars.first { $0 != " " }
        // Both the ASCII characters and the full-width forms that some locales treat as the same.
        let isFormula = first.map { "=+-@|\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains($0) } ?? false
        return isFormula ? "'" + text : text
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}

extension SQLValue {
    static func string(_ text: String?) -> SQLValue {
        text.map { .text(Octets($0.utf8)) } ?? .null
    }
}
