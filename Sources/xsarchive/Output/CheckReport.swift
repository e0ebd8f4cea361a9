import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Prints the findings, image by image, in any format.
struct CheckReport {
    let format: CheckFormat
    /// The lowest severity to list.
    let least: Finding.Severity
    private var table: Table?
    private var results: [CheckSARIF.Result] = []
    private var notes: [String] = []

    /// A finding, and whether it is new; nil if the image is not compared with another.
    typealias Entry = (item: ImageFinding, state: FindingComparison.State?)

    init(format: CheckFormat, least: Finding.Severity) {
        self.format = format
        self.least = least
        table = format.table.map {
            Table(
                columns: [
                    "image", "severity", "rule", "record", "offset", "message", "expected", "path", "state",
                ], format: $0)
        }
    }

    /// - Parameters:
    ///   - name: the image's name.
    ///   - comparison: the comparison with an earlier image, of which only what is new is listed,
    ///     and the name of that image; nil: list all findings.
    ///   - remark: what a reader of the comparison has to know; nil: nothing.
    mutating func add(
        _ name: String, _ check: ImageCheck, comparison: (FindingComparison, since: String)? = nil,
        remark: String? = nil
    ) {
        let entries: [Entry] =
            comparison.map { comparison, _ in
                FindingComparison.shortened(comparison.news).map { ($0.item, $0.state) }
            } ?? check.items.map { ($0, nil) }
        let listed = entries.filter { $0.item.finding.severity >= least }
        let balance = comparison.map { self.balance($0.0, since: $0.since) }
        if format == .text {
            printText(name, check, listed, hidden: entries.count - listed.count, balance)
            if let remark { Console.print("  " + remark) }
        } else {
            for entry in listed { add(name, entry) }
            for (query, reason) in check.inapplicable { note("\(name): \(query): \(reason)") }
            for sentence in [check.limitation, balance, remark].compactMap({ $0 }) { note("\(name): \(sentence)") }
        }
    }

    private mutating func add(_ name: String, _ entry: Entry) {
        results.append(CheckSARIF.Result(image: name, item: entry.item, state: entry.state))
        table?.add(
            [.string(name)] + Self.cells(entry.item).map(\.value) + [.string(entry.state?.rawValue)],
            members: Self.members(entry.item))
    }

    /// A finding as a JSON object, with the members that `--format jsonl` has.
    static func object(_ item: ImageFinding) -> JSON {
        .object(allMembers(item))
    }

    /// The members of that object.
    static func allMembers(_ item: ImageFinding) -> [(String, JSON)] {
        cells(item).map { ($0.name, .value($0.value)) } + members(item)
    }

    /// The columns that say what was found.
    private static func cells(_ item: ImageFinding) -> [(name: String, value: SQLValue)] {
        let finding = item.finding
        return [
            ("severity", .string(finding.severity.rawValue)), ("rule", .string(finding.rule)),
            ("record", finding.record.map { .integer(Int64($0)) } ?? .null),
            ("offset", finding.offset.map { .integer(Int64($0)) } ?? .null),
            ("message", .string(finding.message)), ("expected", .string(finding.expected)),
            ("path", .string(item.path)),
        ]
    }

    /// What a finding in JSON has in addition.
    private static func members(_ item: ImageFinding) -> [(String, JSON)] {
        [
            ("fields", .object(item.fields.map { ($0.name, field($0.name, $0.value)) })),
            ("unlisted", .integer(Int64(item.finding.unlistedCount))),
        ]
    }

    /// A list of domids, which a query gives as text, as an array.
    private static func field(_ name: String, _ value: SQLValue) -> JSON {
        guard name == "domids", case .text(let octets) = value, let text = octets.utf8Text else { return .value(value) }
        return .array(text.split(separator: " ").map { Int64($0).map(JSON.integer) ?? .string(String($0)) })
    }

    private mutating func note(_ line: String) {
        notes.append(line)
        if format != .sarif { Console.note("xsarchive: \(line)") }
    }

    func finish() {
        table?.finish()
        if format == .sarif { Console.print(CheckSARIF.document(results, notes: notes).text) }
    }

    private func printText(
        _ name: String, _ check: ImageCheck, _ listed: [Entry], hidden: Int, _ balance: String?
    ) {
        let nothing = balance == nil ? "nothing found" : "nothing new"
        Console.print(
            "\(Style.heading(Escape.printable(name))): "
                + FindingText.summary(listed.map(\.item.finding), hidden: hidden, nothing: nothing))
        for (item, state) in listed {
            let doubt = state == .unknown ? " (not known whether it is new)" : ""
            Console.print("  " + FindingText.line(item.finding) + doubt)
        }
        if let balance { Console.print("  " + balance) }
        for (reason, names) in check.inapplicableByReason {
            Console.print("  \(reason): " + names.joined(separator: ", "))
        }
        if let limitation = check.limitation { Console.print("  " + limitation) }
        if let restore = FindingText.restore(check.forecast, check.layout) { Console.print("  restore: " + restore) }
    }

    /// How many findings at or above the listed severity are new, known and gone.
    private func balance(_ comparison: FindingComparison, since name: String) -> String {
        typealias State = FindingComparison.State
        func count(_ findings: [(item: ImageFinding, state: State)], _ state: State) -> Int {
            findings.filter { $0.state == state && $0.item.finding.severity >= least }
                .reduce(0) { $0 + max(1, $1.item.finding.unlistedCount) }
        }
        var parts = [
            "\(count(comparison.present, .new)) new", "\(count(comparison.present, .both)) known",
            "\(count(comparison.past, .gone)) gone",
        ]
        let unknown = count(comparison.present, .unknown)
        if unknown > 0 { parts.append("\(unknown) not known whether new") }
        let unchecked = count(comparison.past, .unchecked)
        if unchecked > 0 { parts.append("\(unchecked) not known whether gone") }
        return "since \(Escape.printable(name)): " + parts.joined(separator: ", ")
    }
}
