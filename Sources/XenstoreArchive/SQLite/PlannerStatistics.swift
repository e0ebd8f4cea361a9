/// What SQLite's query planner needs in order to look for a path's prefix in the index of paths,
/// not among all nodes of a chain, and for a connection by its conn-id, not among all connections;
/// and in order to know that there are few chains: if it guesses a million, it reads every node for
/// a Bloom filter before it looks for one path in each chain.
///
/// These are the numbers that `ANALYZE` would count, at a fifteenth of an import's time;
/// sqlite_stat1 is a table that an application may fill (sqlite.org, "The ANALYZE command").
enum PlannerStatistics {
    /// Writes the numbers again when a chain begins; between two chains they hardly change.
    static func update(_ database: Database) throws {
        // Creates the table, and counts nothing.
        try database.execute("ANALYZE sqlite_schema")
        try database.execute(
            "DELETE FROM sqlite_stat1 WHERE tbl IN ('chain', 'node_span', 'path', 'connection_span', 'watch_span')")
        // For each index: its rows, then how many of them share its first column, its first two,
        // and so on. Of a table without an index, its rows.
        try database.execute(
            """
            INSERT INTO sqlite_stat1 (tbl, idx, stat)
            SELECT 'node_span', 'node_span',
                   sum(node_span_count) || ' ' || max(1, sum(node_span_count) / count(*)) || ' 1 1 1' FROM chain
            UNION ALL SELECT 'chain', NULL, '' || count(*) FROM chain HAVING count(*) > 0
            UNION ALL SELECT 'path', 'path_text', max(path_id) || ' 1' FROM path HAVING max(path_id) > 0
            UNION ALL SELECT 'connection_span', 'connection_span', n || ' ' || max(1, n / chains) || ' 1 1'
            FROM (SELECT count(*) AS n, (SELECT count(*) FROM chain) AS chains FROM connection_span) WHERE n > 0
            UNION ALL SELECT 'connection_span', 'connection_span_conn_id',
                   n || ' ' || max(1, n / chains) || ' ' || max(1, n / ids)
            FROM (SELECT count(*) AS n, (SELECT count(*) FROM chain) AS chains,
                         (SELECT count(*) FROM (SELECT DISTINCT chain_id, conn_id FROM connection_span)) AS ids
                  FROM connection_span) WHERE n > 0
            UNION ALL SELECT 'watch_span', 'watch_span', n || ' ' || max(1, n / chains) || ' 1 1'
            FROM (SELECT count(*) AS n, (SELECT count(*) FROM chain) AS chains FROM watch_span) WHERE n > 0
            """)
        // Makes this connection read the numbers; others do when they open the archive.
        try database.execute("ANALYZE sqlite_schema")
    }
}
