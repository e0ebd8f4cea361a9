import XenstoreStream

extension ImagePair {
    /// Whether a committed node of one image is known to differ from the other image's, found
    /// without a comparison of everything; false if only that says.
    ///
    /// Two streams of one format are read up to the first node that differs, or has another place.
    /// Of two images in one chain, one node is looked for whose content differs.
    /// - Throws: `ArchiveError` if an archived image cannot be read.
    package static func haveDifferentNodes(_ old: ImageSource, _ new: ImageSource) throws -> Bool {
        switch (old.origin, new.origin) {
        case (.unchecked(let left), .unchecked(let right)) where left.format == right.format:
            return try !StreamsInStep.haveSameNodes(left.bytes, right.bytes, left.format)
        case (.archive(let archive, let left), .archive(let other, let right))
        where archive.database.isSameFile(as: other.database) && left.stream.chainID == right.stream.chainID:
            let (older, newer) = (left.stream.generation, right.stream.generation)
            return try hasChangedNode(archive.database, older, newer) || hasChangedNode(archive.database, newer, older)
        default: return false
        }
    }

    /// Whether a generation has a committed node that another one of its chain does not have, at
    /// one of the paths that changed between them.
    private static func hasChangedNode(
        _ database: Database, _ generation: Generation, _ other: Generation
    ) throws -> Bool {
        func stands(_ span: String, _ gen: String) -> String {
            "\(span).chain_id = ?1 AND \(span).path_id = c.path_id AND \(SpanFilter.stands(span, in: gen))"
        }
        let rows = try database.prepare(
            """
            SELECT 1 FROM node_change c CROSS JOIN node_span a
            WHERE c.chain_id = ?1 AND c.gen > min(?2, ?3) AND c.gen <= max(?2, ?3)
            AND \(stands("a", "?2")) AND a.detail_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM node_span b WHERE \(stands("b", "?3"))
            AND b.permset_id = a.permset_id AND b.value IS a.value AND b.detail_id IS NULL)
            LIMIT 1
            """)
        try rows.bind(1, generation.chainID)
        try rows.bind(2, generation.gen)
        try rows.bind(3, other.gen)
        return try rows.step()
    }
}
