import TestSupport
import Testing

@Suite struct SQLCommandTests {
    @Test func aSelectIsATable() throws {
        let sql =
            "SELECT path, value, owner FROM nodes WHERE image_id = 1 AND path LIKE '/%' ORDER BY record_id LIMIT 2"
        let text = SharedArchive.run("sql", sql)
        expectDone(text)
        #expect(text.lines.count == 3)
        #expect(text.lines[0].split(separator: " ") == ["path", "value", "owner"])
        let rows = try JSONText.lines(SharedArchive.run("sql", sql, "--format", "jsonl"))
        #expect(rows.map { $0["path"] as? String } == ["/", "/tool"])
        #expect(rows.map { $0["owner"] as? Int } == [0, 0])
        #expect(SharedArchive.run("sql", "SELECT 1 AS a WHERE 0", "--format", "json").text == "[]\n")
    }

    @Test func allTypesOfValuesAreShown() throws {
        let sql = "SELECT 1 AS i, 1.5 AS r, 'a,\"b\"' AS t, x'00ff' AS b, NULL AS n, '' AS e"
        #expect(
            SharedArchive.run("sql", sql, "--format", "csv").text
                == "i,r,t,b,n,e\r\n1,1.5,\"a,\"\"b\"\"\",x'00ff',,\"\"\r\n")
        #expect(
            SharedArchive.run("sql", sql, "--format", "jsonl").text
                == "{\"i\":1,\"r\":1.5,\"t\":\"a,\\\"b\\\"\",\"b\":{\"hex\":\"00ff\"},\"n\":null,\"e\":\"\"}\n")
    }

    /// The columns that scripts outside this repository rely on.
    @Test(arguments: [
        ("images", "image_id, name, series, sha256, size, layout, version, captured_at, imported_at"),
        ("nodes", "image_id, record_id, path, value, owner, perms, conn_id, tx_id, access"),
        ("perms", "image_id, record_id, path, position, perm, domid, stale"),
        ("watches", "image_id, record_id, conn_id, path, token, depth"),
        (
            "connections",
            "image_id, record_id, conn_id, type, domid, target_domid, evtchn, socket_fd, unique_id, in_data, "
                + "out_data, out_resp_len"
        ),
        ("transactions", "image_id, record_id, conn_id, tx_id"),
        ("records", "image_id, record_id"), ("quotas", "image_id, record_id, name, value"), ("domains", "image_id"),
    ])
    func theViewsHaveTheirColumns(_ view: String, _ columns: String) throws {
        let outcome = SharedArchive.run("sql", "SELECT \(columns) FROM \(view)", "--format", "jsonl")
        expectDone(outcome)
        if view != "transactions" { #expect(try !JSONText.lines(outcome).isEmpty) }
    }

    @Test(arguments: [
        "INSERT INTO image (stream_id, name, series, imported_at) VALUES (1, 'x', 'x', 'x')",
        "UPDATE image SET name = 'x'",
        "DELETE FROM image", "DROP TABLE image", "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)",
        "ALTER TABLE image RENAME TO x",
        "ATTACH 'other.db' AS other", "DETACH main", "PRAGMA user_version = 5", "PRAGMA application_id = 5",
        "PRAGMA journal_mode = WAL", "PRAGMA query_only = OFF", "PRAGMA writable_schema = ON", "PRAGMA wal_checkpoint",
        "REINDEX",
        "ANALYZE", "BEGIN IMMEDIATE", "SAVEPOINT s", "SELECT 1; DELETE FROM image", "DELETE FROM image; SELECT 1",
        "WITH x AS (SELECT 1) DELETE FROM image", "REPLACE INTO image SELECT * FROM image",
        "SELECT load_extension('./x.so')",
        "EXPLAIN DELETE FROM image", "CREATE VIRTUAL TABLE v USING fts5(x)",
        "CREATE TRIGGER t AFTER INSERT ON image BEGIN SELECT 1; END",
        "DELETE FROM image RETURNING *", "VACUUM", "VACUUM INTO 'other.db'",
    ])
    func whatIsNoReadingIsRefused(_ sql: String) {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        expectFailure(place.run("sql", sql), 64, containing: ["the SQL "])
        expectBytes(place.bytes("xsarchive.db"), before)
        #expect(place.names == ["xsarchive.db"])
    }

    @Test func wrongSQLIsToldInOneLine() {
        expectFailure(SharedArchive.run("sql", "SELEC 1"), 64, "the SQL cannot be run: near \"SELEC\": syntax error")
        expectFailure(
            SharedArchive.run("sql", "SELECT * FROM nope"), 64,
            "the SQL cannot be run: no such table: nope; 'xsarchive help sql' lists the views")
        expectFailure(
            SharedArchive.run("sql", "SELECT * FROM node"), 64,
            "the SQL cannot be run: no such table: node; did you mean nodes?")
        expectFailure(
            SharedArchive.run("sql", "images"), 64,
            "the SQL cannot be run: near \"images\": syntax error; use SELECT * FROM images")
        expectFailure(
            SharedArchive.run("sql", "SELECT 'a"), 64, containing: ["the SQL cannot be run: unrecognized token"])
        expectFailure(SharedArchive.run("sql", "SELECT\n\n\u{1B}[2J"), 64, containing: ["the SQL cannot be run: "])
        for empty in ["", " ", "/* nothing */", ";"] {
            expectFailure(SharedArchive.run("sql", empty), 64, "the SQL is empty; give one SELECT")
        }
        expectFailure(
            SharedArchive.run("sql", "SELECT 1; SELECT 2"), 64,
            "the SQL contains several statements; run them one at a time")
        expectUsage(SharedArchive.run("sql"), "Missing expected argument '<sql>'")
    }

    @Test func whatFailsOnTheWayIsTrouble() {
        expectFailure(
            SharedArchive.run("sql", "SELECT abs(-9223372036854775807 - 1)"), 2, containing: ["integer overflow"])
        expectFailure(SharedArchive.run("sql", "SELECT json_extract('{', '$.a')"), 2, containing: ["malformed JSON"])
    }

    @Test func aSemicolonOrACommentAtTheEndIsFine() {
        for sql in ["SELECT 1 AS a;", "SELECT 1 AS a; -- why", "/* why */ SELECT 1 AS a ;\n"] {
            let outcome = SharedArchive.run("sql", sql)
            expectDone(outcome)
            #expect(outcome.text == "a\n1\n")
        }
    }

    @Test func controlsAndNULsAreEscaped() throws {
        let sql = """
            SELECT char(27, 10, 8238, 7, 65) AS t, CAST(x'610062' AS TEXT) AS z, CAST(x'ff41' AS TEXT) AS bad, x'1b' \
            AS "\u{1B}c"
            """
        let text = SharedArchive.run("sql", sql)
        expectDone(text)
        #expect(text.lines.count == 2)
        #expect(text.lines[0].split(separator: " ") == ["t", "z", "bad", "\\x1bc"])
        #expect(text.lines[1].split(separator: " ") == ["\\x1b\\n\\u{202e}\\x07A", "a\\x00b", "\\xffA", "x'1b'"])
        let row = try JSONText.object(SharedArchive.run("sql", sql, "--format", "jsonl").text)
        #expect(row["t"] as? String == "\u{1B}\n\u{202E}\u{7}A")
        #expect(row["z"] as? String == "a\0b")
        #expect((row["bad"] as? [String: String]) == ["hex": "ff41"])
    }

    // MARK: What strangers' SQL may do

    /// Pragmas written as tables are prepared only while the statement runs.
    @Test(arguments: [
        "SELECT * FROM pragma_user_version", "SELECT * FROM pragma_integrity_check",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_foreign_key_check", "SELECT * FROM images, pragma_quick_check",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')", "SELECT fts3_tokenizer('x')", "SELECT edit('x')", "SELECT * FROM fsdir('/')",
        "SELECT Load_Extension('./x.so')", "SELECT (SELECT load_extension('./x.so') FROM images)",
        "WITH x AS (SELECT load_extension('./x.so') AS a) SELECT * FROM x",
    ])
    func functionsAndPragmasThatReachFurtherAreRefused(_ sql: String) {
        let outcome = SharedArchive.run("sql", sql)
        #expect([.exit(2), .exit(64)].contains(outcome.ending), "\(outcome.text)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
        expectMessage(outcome.errorText, containing: ["the SQL "])
    }

    @Test func theTablesThatTellOfTheSchemaMayBeRead() {
        for sql in ["PRAGMA table_info(image)", "PRAGMA table_list", "PRAGMA index_list(path)"] {
            let outcome = SharedArchive.run("sql", sql)
            expectDone(outcome)
            #expect(outcome.lines.count > 1, "\(sql)")
        }
    }

    @Test(arguments: ["text", "jsonl"]) func whatTakesTooLongIsStopped(_ format: String) {
        let endless = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        expectFailure(
            SharedArchive.run("sql", endless, "--timeout", "0.3", "--format", format), 2,
            "the SQL was stopped at its time limit; narrow the query, or raise --timeout")
        expectDone(SharedArchive.run("sql", "SELECT 1", "--timeout", "60"))
        expectDone(SharedArchive.run("query", "dead_owner", "-i", "@1", "--timeout", "60"))
        expectUsage(
            SharedArchive.run("sql", "SELECT 1", "--timeout", "0"), "--timeout requires a number of seconds above 0")
    }

    @Test func valuesThatFillTheMemoryAreRefused() {
        for sql in [
            "SELECT zeroblob(2000000000)", "SELECT replace(hex(zeroblob(60000000)), '0', 'aaaaaaaaaaaaaaaaaaaa')",
            "SELECT randomblob(1500000000)",
        ] {
            let outcome = SharedArchive.run("sql", sql)
            #expect(outcome.ending == .exit(2), "\(outcome.ending)")
            #expect(outcome.errorText.contains("too big"), "\(outcome.errorText)")
        }
    }

    // MARK: csv

    @Test func cellsThatASpreadsheetWouldRunAreMadeText() {
        let sql =
            "SELECT '=1+1' AS a, '+1' AS b, '-1' AS c, '@x' AS d, ' =1' AS e, -1 AS f, 'ok' AS g, NULL AS h, "
            + "'' AS i, char(9) || '=1' AS j, '\u{FF1D}1' AS k, 'a\"b' AS l"
        #expect(
            SharedArchive.run("sql", sql, "--format", "csv-safe").text
                == "\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\",\"l\"\r\n"
                + "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"' =1\",-1,\"ok\",,\"\",\"\\t=1\",\"'\u{FF1D}1\",\"a\"\"b\"\r\n")
        // Plain csv is exact.
        #expect(SharedArchive.run("sql", "SELECT '=1+1' AS a", "--format", "csv").text == "a\r\n=1+1\r\n")
    }
}
