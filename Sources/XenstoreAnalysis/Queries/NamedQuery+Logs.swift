import XenstoreArchive

extension NamedQuery {
    /// Why a query about logs does not apply to an archive; nil if it applies, or is about images.
    /// - Throws: the errors of reading the archive.
    public func inapplicability(_ archive: Archive) throws -> String? {
        guard header.needs.contains(.log), try archive.database.integer("SELECT 1 FROM log LIMIT 1") == nil else {
            return nil
        }
        return "not applicable: needs a log, of which the archive has none; 'xsarchive import' takes logs"
    }

    /// What the logs that a query reads do not have, one sentence each; none if it is about images.
    /// - Parameters:
    ///   - archive: the archive to query.
    ///   - parameters: the values of the query's parameters.
    /// - Throws: the errors of reading the archive.
    public func logLimitations(_ archive: Archive, parameters: [String: String]) throws -> [String] {
        guard header.needs.contains(.log) else { return [] }
        let rows = try archive.database.prepare(
            """
            SELECT l.log_id, l.has_reads, l.gaps,
                   (SELECT count(*) FROM log_segment g JOIN event e ON e.event_id BETWEEN g.first_event AND g.last_event
                    WHERE g.log_id = l.log_id AND e.shape & 128 <> 0 AND l.lines <= \(Self.mostLines))
            FROM logs l WHERE l.log_id = coalesce(?, l.log_id) ORDER BY l.log_id
            """)
        if let log = parameters["log"].flatMap({ Int64($0) }) { try rows.bind(1, log) }
        var sentences: [String] = []
        while try rows.step() {
            let lacks = [
                rows.integer(1) == 0 ? "requests that only read are not in it" : nil,
                rows.integer(2) == 1 ? "1 gap" : rows.integer(2) > 1 ? "\(rows.integer(2)) gaps" : nil,
                rows.integer(3) == 1 ? "1 line is cut" : rows.integer(3) > 1 ? "\(rows.integer(3)) lines are cut" : nil,
            ].compactMap { $0 }
            if !lacks.isEmpty {
                sentences.append("log:\(rows.integer(0)) has only a part: \(lacks.joined(separator: ", "))")
            }
        }
        return sentences
    }

    /// In longer logs, cut lines are not counted: that would take longer than most answers.
    private static let mostLines = 500_000
}
