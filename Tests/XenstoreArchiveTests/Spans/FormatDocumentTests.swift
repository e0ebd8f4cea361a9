import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// docs/format.md describes every record type as the walk over its fields does.
@Suite struct FormatDocumentTests {
    /// What distinguishes a sample from others of its type.
    private func variant(_ body: RecordBody) -> String {
        switch body {
        case .connection(let data):
            switch data.kind {
            case .ring: "ring"
            case .socket: "socket"
            case .unknown: "any other conn-type"
            }
        case .watchExtended(let data): data.hasDepth ? "as documented" : "as daemons write it"
        default: ""
        }
    }

    /// The samples with every optional field.
    private func samples(_ type: RecordType) -> [RecordBody] {
        RecordBody.samples.filter { $0.type == type }.map { body in
            guard case .connection(var data) = body else { return body }
            data.fields = 1
            return .connection(data)
        }
    }

    private func lines(_ body: RecordBody, _ layout: Layout) throws -> [String] {
        let rows = try FieldTable(body, layout).rows.map { row in
            [
                row.field.name, row.offset.map(String.init) ?? "–", row.octets,
                row.field.column.map(MarkdownTable.code) ?? "–",
                meaning(of: row.field, in: body.type, layout),
            ]
        }
        return MarkdownTable.lines(["field", "offset", "bytes", "column", "meaning"], rows)
    }

    @Test(arguments: RecordType.known.filter { $0 != .end }) func theTablesOfEveryRecordTypeAreCurrent(
        _ type: RecordType
    ) throws {
        var tables: [(layouts: [Layout], variant: String, lines: [String])] = []
        for body in samples(type) {
            for layout in Layout.streams where type <= layout.lastRecordType {
                let lines = try lines(body, layout)
                if let index = tables.firstIndex(where: { $0.lines == lines && $0.variant == variant(body) }) {
                    tables[index].layouts.append(layout)
                } else {
                    tables.append(([layout], variant(body), lines))
                }
            }
        }
        let sorted = tables.enumerated().sorted {
            (Layout.streams.firstIndex(of: $0.element.layouts[0]) ?? 0, $0.offset)
                < (Layout.streams.firstIndex(of: $1.element.layouts[0]) ?? 0, $1.offset)
        }.map(\.element)
        var lines: [String] = []
        for table in sorted {
            let layouts = table.layouts.map(\.rawValue).joined(separator: ", ")
            lines +=
                (lines.isEmpty ? [] : [""]) + [
                    "**" + layouts + (table.variant.isEmpty ? "" : ": \(table.variant)") + "**", "",
                ]
            lines += table.lines
        }
        let problem = GeneratedSection("docs/format.md", type.name).problem(with: lines)
        if let problem { Issue.record("\(problem)") }
    }

    @Test func theListOfTypesIsCurrent() {
        let rows = RecordType.known.map { type in
            ["\(type.rawValue)", type.name] + Layout.streams.map { type <= $0.lastRecordType ? "yes" : "–" }
        }
        let table = MarkdownTable.lines(["type", "name"] + Layout.streams.map(\.rawValue), rows)
        let problem = GeneratedSection("docs/format.md", "types").problem(with: table)
        if let problem { Issue.record("\(problem)") }
    }

    /// Up to the first field of variable length, the tables have the offsets of the list that
    /// `dump` and `diff` use.
    @Test func theTablesAgreeWithTheListOfFields() throws {
        for body in RecordType.known.flatMap(samples) {
            for layout in Layout.streams where body.type <= layout.lastRecordType {
                let rows = try FieldTable(body, layout).rows
                let entries = FieldList.entries(of: body, layout: layout)
                // The pad is missing if nothing is to be aligned.
                let fields: [Field] = rows.map(\.field).filter { $0 != .uniqueIDPad }
                let listed: [Field] = entries.map(\.field).filter { $0 != .uniqueIDPad }
                #expect(fields == listed)
                for (row, entry) in zip(rows, entries) where row.offset != nil { #expect(row.offset == entry.offset) }
            }
        }
    }
}
