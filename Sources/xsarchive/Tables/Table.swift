import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// Prints rows in any format as they come.
///
/// As text, the first rows decide how wide the columns are. So no table takes more memory than its
/// first rows do.
struct Table {
    /// The number of rows that decide, and of bytes of their cells after which fewer do.
    static let firstRows = 1000
    private static let firstBytes = 1 << 20

    let columns: [String]
    let format: OutputFormat
    /// The columns' names above a table as text, for people; programs get `columns`.
    private let headings: [String]
    /// The columns' names as members of a JSON object, in which no name may occur twice.
    private let members: [String]
    /// The columns that are left out, in this order, if a terminal is too narrow for all; nil:
    /// none.
    private let expendable: [String]?
    /// The rows so far, until the widths are chosen.
    private var rows: [[SQLValue]] = []
    private var bytes = 0
    /// How rows are printed as text, and which columns; nil until the widths are chosen.
    private var form: (form: TextForm, shown: [Int])?
    private var printed = 0

    /// - Parameters:
    ///   - columns: their names.
    ///   - format: the output format.
    ///   - expendable: the columns that can be left out on a narrow terminal; nil: none.
    ///   - headings: plainer names of some columns, in a table as text.
    init(
        columns: [String], format: OutputFormat, expendable: [String]? = nil, headings: [String: String] = [:]
    ) {
        self.columns = columns
        self.headings = columns.map { headings[$0] ?? $0 }
        members = Self.distinct(columns)
        self.expendable = expendable
        self.format = format
        if isCSV { printCSV(columns.map { .text(Octets($0.utf8)) }) }
    }

    /// Prints a row, or keeps it if it is one of the first of a table as text.
    /// - Parameter members: what only a row in JSON has in addition.
    mutating func add(_ row: [SQLValue], members: [(String, JSON)] = []) {
        switch format {
        case .text: addText(row)
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
        case .text: finishText()
        case .json: Console.print(printed == 0 ? "[]" : "]")
        case .jsonl, .csv, .csvSafe: break
        }
    }

    private mutating func addText(_ row: [SQLValue]) {
        if let form { return Self.print(row, form.form, form.shown, isFirst: false) }
        rows.append(row)
        bytes += row.reduce(0) { $0 + $1.count }
        guard rows.count >= Self.firstRows || bytes >= Self.firstBytes else { return }
        form = printFirst()
        rows = []
        // A query may take long until its next row.
        Console.flush()
    }

    /// Prints the headings and the rows so far.
    /// - Returns: how later rows are printed, and which columns.
    private func printFirst() -> (form: TextForm, shown: [Int]) {
        let (form, shown) = chosenForm
        for line in form.topLines { Console.print(Style.heading(line)) }
        for (index, row) in rows.enumerated() { Self.print(row, form, shown, isFirst: index == 0) }
        return (form, shown)
    }

    private var chosenForm: (form: TextForm, shown: [Int]) {
        let all = Array(columns.indices)
        guard let width = Terminal.width, !rows.isEmpty else { return (text(all).uncutForm, all) }
        if let form = text(all).fittedForm(width) { return (form, all) }
        var shown = all
        for column in expendableColumns {
            shown.removeAll { $0 == column }
            if !shown.isEmpty, let form = text(shown).fittedForm(width) { return (form, shown) }
        }
        return (text(all).expandedForm, all)
    }

    private static func print(_ row: [SQLValue], _ form: TextForm, _ shown: [Int], isFirst: Bool) {
        if form.kind == .uncut { return Console.write { form.append(uncut: row, shown, to: &$0) } }
        if form.kind == .expanded && !isFirst { Console.print("") }
        for line in form.lines(shown.map { row[$0].cell }) { Console.print(line) }
    }

    /// Prints what is left as text, and names the columns that the window has no room for.
    private func finishText() {
        let shown = form?.shown ?? printFirst().shown
        guard shown.count < columns.count else { return }
        Console.flush()
        let names = columns.indices.filter { !shown.contains($0) }.map { Escape.printable(headings[$0]) }
        Console.note("hidden columns: \(names.joined(separator: ", ")) (widen the terminal or use --format csv)")
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
            shown.map { Escape.printable(headings[$0]) }, rows.map { row in shown.map { row[$0].cell } },
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

    /// The names, in which a name that occurs again has a number: `a`, `a_2`.
    private static func distinct(_ names: [String]) -> [String] {
        var used = Set(names)
        var seen: Set<String> = []
        return names.map { name in
            guard !seen.insert(name).inserted else { return name }
            var number = 2
            while !used.insert("\(name)_\(number)").inserted { number += 1 }
            return "\(name)_\(number)"
        }
    }

    private func json(_ row: [SQLValue], _ others: [(String, JSON)]) -> String {
        JSON.object(zip(members, row).map { ($0, JSON.value($1)) } + others).text
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
        case .real(let number): JSON.real(number).text
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
