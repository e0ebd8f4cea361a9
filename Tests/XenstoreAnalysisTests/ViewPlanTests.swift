import Testing
import XenstoreAnalysis

/// The plans that make the views fast: if a term is not pushed down to the tables, SQLite reads the
/// whole archive.
@Suite struct ViewPlanTests {
    private func plan(_ sql: String) throws -> [String] {
        try QueryAnswers().rows(sql: "EXPLAIN QUERY PLAN " + sql)
    }

    /// Neither the images nor any table of records is read as a whole.
    private func expectNoScan(_ plan: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        let scans = plan.filter { line in
            [
                "SCAN i", "SCAN s", "SCAN g", "SCAN p", "SCAN path", "SCAN node_span", "SCAN connection_span",
                "SCAN watch_span",
            ].contains {
                line.hasSuffix($0) || line.contains($0 + " ")
            }
        }
        #expect(scans == [], "\(plan)", sourceLocation: sourceLocation)
    }

    @Test(arguments: ["domain_accounts", "messages", "domain_limits", "live_domains", "scopes"])
    func aViewOfOneImageReadsOneImage(_ view: String) throws {
        expectNoScan(try plan("SELECT * FROM \(view) WHERE image_id = 3"))
    }

    /// The offsets of a buffer's messages are computed once for the buffer, not for each message
    /// and each of its columns.
    @Test func theMessagesOfABufferAreLocatedOnce() throws {
        let plan = try plan("SELECT * FROM messages WHERE image_id = 3")
        #expect(plan.count { $0.contains("RECURSIVE STEP") } == 2, "\(plan)")
    }

    /// Among a thousand connections, one for each of many watches.
    @Test func theConnectionOfAWatchIsFoundByItsConnID() throws {
        let answers = try QueryAnswers()
        let connections = (1...100).map { ring(UInt32($0), of: UInt16($0)) }
        let watches = (1...100).map { watch(UInt32($0), "/a", "t") }
        try answers.store(connections + [node("/")] + watches)
        let plan = try answers.rows(
            sql: "EXPLAIN QUERY PLAN SELECT count(*) FROM watches w JOIN connections c "
                + "ON c.image_id = w.image_id AND c.conn_id = w.conn_id WHERE w.image_id = 1")
        #expect(plan.contains { $0.contains("connection_span_conn_id") && $0.contains("conn_id=?") }, "\(plan)")
    }

    @Test func pendingNodesAreFoundWithoutTheOthers() throws {
        expectNoScan(try plan("SELECT * FROM pending_nodes WHERE image_id = 3"))
        let rows = try plan("SELECT * FROM pending_nodes WHERE image_id = 3")
        #expect(rows.contains { $0.contains("node_span_detail") }, "\(rows)")
    }

    @Test func aPathsLifetimesAreFoundByThePath() throws {
        let plan = try plan("SELECT * FROM node_lifetimes WHERE path = '/a' AND series = 'main'")
        #expect(plan.contains { $0.contains("SEARCH p USING") && $0.contains("(path=?)") }, "\(plan)")
    }

    @Test func changesBetweenTwoImagesReadTheirChainsOnly() throws {
        let plan = try plan("SELECT * FROM node_changes WHERE before_id = 1 AND after_id = 2")
        expectNoScan(plan)
    }

    /// A domain's nodes are found by path, in any number of images.
    @Test func aDomainsLogReadsItsHomeOnly() throws {
        let query = try #require(NamedQuery.all.first { $0.name == "domain_log" })
        let plan = try plan(query.sql.replacing(":domid", with: "5").replacing(":series", with: "'main'"))
        #expect(plan.contains { $0.contains("SEARCH p USING") && $0.contains("(path>? AND path<?)") }, "\(plan)")
    }

    @Test func aGuestsLogReadsItsHomesOnly() throws {
        let query = try #require(NamedQuery.all.first { $0.name == "guest_log" })
        let plan = try plan(query.sql.replacing(":uuid", with: "'u'").replacing(":series", with: "'main'"))
        #expect(plan.count { $0.contains("SEARCH p USING") && $0.contains("(path>? AND path<?)") } == 2, "\(plan)")
        #expect(plan.count { $0.contains("SEARCH s USING PRIMARY KEY (chain_id=? AND path_id=?)") } >= 3, "\(plan)")
    }
}
