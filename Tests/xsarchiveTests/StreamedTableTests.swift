import TestSupport
import Testing

/// Tables flow: their first rows decide how they look, and the others follow as they come.
@Suite struct StreamedTableTests {
    /// Rows without end. A table that waited for the last one would never print any.
    private static let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

    @Test(arguments: ["text", "json", "jsonl", "csv"]) func rowsWithoutEndArePrintedInLittleMemory(_ format: String) {
        let place = Workplace.withSharedImages()
        let outcome = place.shell(
            "ulimit -v 4000000; \"$0\" sql --format $1 \"$2\" | head -n 300000 | tail -n 1", format, Self.endless)
        expectDone(outcome)
        let last = ["text": "299999", "json": " {\"i\":300000},", "jsonl": "{\"i\":300000}", "csv": "299999\r"]
        #expect(outcome.lines == last[format].map { [$0] })
    }

    @Test func aCrossJoinOfAllNodesHasItsFirstLineAtOnce() {
        let place = Workplace.withSharedImages()
        let outcome = place.shell(
            "ulimit -v 4000000; \"$0\" sql 'select a.* from nodes a, nodes b, nodes c' | head -n 1")
        expectDone(outcome)
        #expect(outcome.text.hasPrefix("image_id  record_id  path "))
    }

    @Test func aCellThatIsWiderThanTheFirstRowsAreIsPrintedWhole() {
        let sql =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) SELECT i, "
            + "CASE WHEN i > 10000 THEN 'wider than all before' ELSE 'x' END AS what, -i AS n FROM n"
        let lines = SharedArchive.run("sql", sql).lines
        #expect(lines.count == 10002)
        #expect(lines[0] == "   i  what      n" && lines[1] == "   1  x        -1")
        #expect(lines[10000] == "10000  x     -10000")
        #expect(lines[10001] == "10001  wider than all before  -10001")
    }

    @Test func aNameThatOccursTwiceHasANumberInJSON() {
        let sql = "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a, 5 AS A"
        #expect(
            SharedArchive.run("sql", sql, "--format", "jsonl").text
                == "{\"a\":1,\"a_3\":2,\"a_2\":3,\"a_4\":4,\"A\":5}\n")
        #expect(SharedArchive.run("sql", sql, "--format", "csv").text == "a,a,a_2,a,A\r\n1,2,3,4,5\r\n")
    }

    @Test(arguments: [
        ("jsonl", "{\"a\":9e999,\"b\":-9e999,\"c\":null}\n"), ("json", "[{\"a\":9e999,\"b\":-9e999,\"c\":null}]\n"),
        ("csv", "a,b,c\r\n9e999,-9e999,\r\n"), ("text", "    a       b  c\n9e999  -9e999  -\n"),
    ])
    func infinityIsANumberInEveryFormat(_ format: String, _ expected: String) {
        let sql = "SELECT 1e999 AS a, -1e999 AS b, 1e999 - 1e999 AS c"
        #expect(SharedArchive.run("sql", sql, "--format", format).text == expected)
    }
}
