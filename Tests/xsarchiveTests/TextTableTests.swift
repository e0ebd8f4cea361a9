import TestSupport
import Testing

@testable import xsarchive

/// Tables as text.
@Suite struct TextTableTests {
    private let table = TextTable(
        ["name", "count", "path"], [["guest", "7", "/local/domain/7/a/rather/long/path"], ["日本語", "12", "/x"]],
        numeric: [false, true, false])

    @Test func whereThereIsNoTerminalNothingIsCut() {
        #expect(table.uncut.headings == ["name    count  path"])
        #expect(table.uncut.rows == ["guest       7  /local/domain/7/a/rather/long/path", "日本語     12  /x"])
        let long = String(repeating: "v", count: 100)
        #expect(TextTable(["a", "b"], [[long, "1"]], numeric: [false, true]).uncut.rows == [long + "  1"])
    }

    @Test func onATerminalTheLinesFit() throws {
        #expect(table.fitted(80) == table.uncut)
        let lines = try #require(table.fitted(38))
        #expect(lines.headings == ["name    count  path"])
        #expect(lines.rows == ["guest       7  /local/d…ther/long/path", "日本語     12  /x"])
        for width in 35...60 {
            let lines = try #require(table.fitted(width), "\(width)")
            for line in lines.headings + lines.rows { #expect(TextWidth.columns(line) <= width, "\(width): \(line)") }
        }
        #expect(table.fitted(34) == nil)
    }

    /// The widths are those of the first rows.
    @Test func aLaterTextIsCutOnATerminalAndALaterNumberIsNot() throws {
        let form = try #require(table.fittedForm(38))
        #expect(form.lines(["a guest with a name", "1234567", "/y"]) == ["a gue…  1234567  /y"])
        #expect(table.uncutForm.lines(["a guest", "1234567", "/y"]) == ["a guest  1234567  /y"])
    }

    @Test func headingsAreBrokenAndNeverCut() throws {
        let table = TextTable(
            ["domid", "used_percent", "name"], [["7", "100", "a guest with a long name"]], numeric: [true, true, false])
        #expect(table.fitted(50)?.headings == ["domid  used_percent  name"])
        let lines = try #require(table.fitted(40))
        #expect(lines.headings == ["         used_", "domid  percent  name"])
        #expect(lines.rows == ["    7      100  a guest with a long name"])
    }

    @Test func numbersAndWhatIsEquallyWideAreNotCut() throws {
        let rows = [
            ["2026-08-01T09:00:00Z", "1234567890123", String(repeating: "v", count: 50)],
            ["2026-08-01T10:00:00Z", "1", "w"],
        ]
        let table = TextTable(["at", "bytes", "value"], rows, numeric: [false, true, false])
        let lines = try #require(table.fitted(49))
        #expect(
            lines.rows == [
                "2026-08-01T09:00:00Z  1234567890123  vvvv…vvvvvvv", "2026-08-01T10:00:00Z              1  w",
            ])
        #expect(table.fitted(48) == nil)
    }

    @Test func theWidestTextIsCutFirst() throws {
        let rows = [[String(repeating: "a", count: 20), String(repeating: "b", count: 40), "1"], ["a", "b", "2"]]
        let lines = try #require(TextTable(["a", "b", "n"], rows, numeric: [false, false, true]).fitted(50))
        #expect(lines.rows[0] == "aaaaaaaaaaaaaaaaaaaa  bbbbbbbb…bbbbbbbbbbbbbbbb  1")
    }

    @Test func aPathLosesItsMiddleAndASentenceItsEnd() {
        #expect(TextWidth.cut("/local/domain/0/backend/vbd/12/51712/state", 20) == "/local/…/51712/state")
        #expect(TextWidth.cut("the last of the lines for it", 20) == "the last of the lin…")
        #expect(TextWidth.cut("/short", 6) == "/short")
    }

    @Test func wordsInTheLastColumnGoOnBelow() throws {
        let table = TextTable(
            ["name", "title"], [["access", "What a domain may do with each node, and why"], ["b", "c"]],
            numeric: [false, false])
        let lines = try #require(table.fitted(30))
        #expect(
            lines.rows == ["access  What a domain may do", "        with each node, and", "        why", "b       c"])
    }

    @Test func aTableThatFitsNowhereHasALineForEachValue() {
        let form = table.expandedForm
        #expect(form.topLines == [])
        #expect(
            form.lines(table.rows[0]) == ["name   guest", "count  7", "path   /local/domain/7/a/rather/long/path"])
    }

    @Test func wideAndCombiningCharactersAreMeasured() {
        #expect(TextWidth.columns("日本") == 4 && TextWidth.columns("e\u{301}") == 1 && TextWidth.columns("é") == 1)
        let text = String(repeating: "日", count: 10)
        #expect(TextTable(["a"], [[text], ["b"]], numeric: [false]).fitted(14)?.rows == ["日日…日日日日", "b"])
    }

    // MARK: The program

    @Test func whatANarrowTerminalCannotShowIsNamed() throws {
        let place = Workplace.withSharedImages()
        let lines = TerminalRun(place, ["domains", "@3", "--color", "never"], columns: 80).lines
        #expect(lines[1].hasPrefix("domid  state  name"))
        #expect(lines.prefix(12).allSatisfy { $0.count <= 80 && !$0.contains("…") })
        let note = try #require(lines.dropLast().last)
        #expect(note == "hidden columns: uuid, conn_id, target, transactions (widen the terminal or use --format csv)")
        // The user's SQL chooses the columns.
        let all = TerminalRun(place, ["sql", "SELECT * FROM images", "--color", "never"], columns: 80).lines
        #expect(all.contains("image_id        1") && all.contains("name            xen-4.17-tiny.bin"))
        #expect(!all.contains { $0.contains("not shown") })
    }
}
