import XenstoreStream

/// Which spans of a chain to read. The parameters of all filters: ?1 chain_id, ?2 gen.
struct SpanFilter {
    let condition: String
    /// A further condition for the nodes' spans: they have no index by generation, but
    /// `node_change` names what changed. It is a list of paths, not a join: before a join SQLite
    /// may read the whole table for a Bloom filter.
    var nodeCondition = ""
    /// A further condition for the spans of everything else.
    var otherCondition = ""
    /// What to select in addition, after the columns of the span.
    var columns: [String] = []
    /// Whether the filter selects all items of the stream.
    var isWhole = false

    private static let standsInGeneration = "s.chain_id = ?1 AND \(stands("s", in: "?2"))"

    /// The condition that a span holds for a generation of its chain.
    /// - Parameters:
    ///   - span: the name of its table in the statement.
    ///   - gen: the generation, as SQL.
    static func stands(_ span: String, in gen: String) -> String {
        "\(span).first_gen <= \(gen) AND (\(span).last_gen = 0 OR \(span).last_gen >= \(gen))"
    }

    /// All items of the generation.
    static let all = SpanFilter(condition: standsInGeneration, isWhole: true)

    /// All items of the generation but the committed nodes.
    static let withoutTree = SpanFilter(
        condition: standsInGeneration,
        nodeCondition: " AND s.detail_id IN (SELECT detail_id FROM node_detail WHERE conn_id <> 0)")

    /// The items of the generation that are not in the one before.
    static let begun = SpanFilter(
        condition: "s.chain_id = ?1 AND s.first_gen = ?2",
        nodeCondition: " AND s.path_id IN (SELECT path_id FROM node_change WHERE chain_id = ?1 AND gen = ?2)")

    /// All items of the generation, without the committed nodes that did not change from the
    /// generation ?3 to ?4 (?3 < ?4).
    static let changed = SpanFilter(
        condition: standsInGeneration,
        nodeCondition: """
             AND s.path_id IN (SELECT path_id FROM node_change WHERE chain_id = ?1 AND gen > ?3 AND gen <= ?4 \
            UNION SELECT n.path_id FROM node_detail e CROSS JOIN node_span n ON n.detail_id = e.detail_id \
            WHERE e.conn_id <> 0 AND n.chain_id = ?1)
            """)

    /// The nodes of two generations ?3 and ?4 (?3 < ?4) whose paths changed between them, with two
    /// further columns: whether the span holds for the one, and for the other.
    static let changedNodes = SpanFilter(
        condition: "s.chain_id = ?1 AND (\(stands("s", in: "?3")) OR \(stands("s", in: "?4")))",
        nodeCondition:
            " AND s.path_id IN (SELECT path_id FROM node_change WHERE chain_id = ?1 AND gen > ?3 AND gen <= ?4)",
        otherCondition: " AND 0", columns: [stands("s", in: "?3"), stands("s", in: "?4")])

    /// The nodes of the generation at the path ?3 and below it: from ?4 to before ?5 as texts, from
    /// ?6 to before ?7 as BLOBs.
    static let subtree = SpanFilter(
        condition: standsInGeneration,
        nodeCondition: """
             AND s.path_id IN (SELECT path_id FROM path WHERE path = ?3 \
            UNION ALL SELECT path_id FROM path WHERE path >= ?4 AND path < ?5 \
            UNION ALL SELECT path_id FROM path WHERE path >= ?6 AND path < ?7)
            """, otherCondition: " AND 0")
}
