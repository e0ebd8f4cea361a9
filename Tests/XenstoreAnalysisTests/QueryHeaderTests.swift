import Testing
import XenstoreAnalysis

/// The comment at the top of a query.
@Suite struct QueryHeaderTests {
    private let whole = """
        -- title: Nodes of nobody
        -- group: leaks
        -- severity: warning
        -- needs: the whole host, permissions
        -- why: they stay: for ever
        -- refs: XSA-1
        -- param: image_id integer (required) the image to look at
        -- param: least integer (default 3) show so many
        -- param: series (default all) the series
        -- columns: a integer,
        --          b octets
        -- remark: no key any more
        SELECT 1;
        -- title: not this
        """

    @Test func aHeaderIsRead() throws {
        let header = try QueryHeader(whole)
        #expect(header.title == "Nodes of nobody" && header.group == "leaks" && header.why == "they stay: for ever")
        #expect(
            header.references == "XSA-1" && header.severity == .warning
                && header.needs == [.wholeHost, .kind(.permissions)])
        #expect(header.columns == ["a", "b"] && header.remarks == ["remark: no key any more"])
        #expect(header.typedColumns.map(\.type) == [.integer, .octets])
        #expect(header.parameters.map(\.name) == ["image_id", "least", "series"])
        #expect(header.parameters.map(\.isInteger) == [true, true, false])
        #expect(header.parameters.map(\.isRequired) == [true, false, false])
        #expect(header.parameters.map(\.isImage) == [true, false, false])
        #expect(header.parameters.map(\.defaultText) == [nil, "3", "all"])
        #expect(header.parameters[1].help == "(default 3) show so many")
    }

    @Test(arguments: [
        ("-- title: Nodes of nobody\n", "", "title is missing"), ("-- columns: a integer,\n", "", "a line has no key"),
        ("-- why: ", "-- title: ", "title occurs twice"),
        ("severity: warning", "severity: grave", "not grave"), ("b octets", "b", "each column's name and type"),
        ("b octets", "b words", "each column's name and type"), ("the whole host", "a host", "needs: a host"),
        ("-- refs: XSA-1", "-- refs:", "refs is empty"),
        ("(default 3) show", "show", "param least"), ("-- refs: XSA-1", "-- refs", "no key"),
        ("-- refs:", "-- see:", "see: XSA-1"),
        ("-- severity: warning\n", "", "severity is missing"),
    ])
    func aHeaderWithAnErrorIsRefused(_ part: String, _ replacement: String, _ problem: String) {
        #expect(whole.contains(part))
        let sql = String(
            whole.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: replacement))
        #expect { try QueryHeader(sql) } throws: { "\($0)".contains(problem) }
    }
}
