/// Checks an archive: SQLite's own checks, the custody log, the tables that only queries read, and
/// the SHA-256 of every image, encoded from the tables.
public struct Verifier {
    private let archive: Archive

    private var database: Database {
        archive.database
    }

    /// Verifies an archive.
    public init(_ archive: Archive) {
        self.archive = archive
    }

    /// The result of one check.
    public struct Result: Equatable, Sendable {
        /// What was checked: `integrity`, `foreign keys`, `custody`, `merged logs`, `tables`, an
        /// image like `@3`, a log like `log:1`, or the order of the `series`.
        public let subject: String
        /// What is wrong; nil if the check passed.
        public let problem: String?
    }

    /// The numbers that identify the archive's state, for writing down.
    public struct Summary: Equatable, Sendable {
        /// The digest of all images; nil if they cannot be read.
        public let digest: ArchiveDigest?
        /// The hash of the newest entry of the custody log, which covers all entries before it; nil
        /// if there is none.
        public let custodyHead: String?
        /// The number of entries of the custody log.
        public let entryCount: Int
        /// The number of entries from which removals have blanked what their images brought.
        public let blankedCount: Int
        /// Whether each expected value matches the digest or the hash of any entry; nil if none was
        /// given.
        public let isAsExpected: Bool?
    }

    /// Runs all checks and calls `report` with each result as it comes.
    /// - Parameters:
    ///   - expected: digests or hashes of entries of the custody log, as written down earlier.
    ///   - report: called with each result.
    /// - Throws: only what `report` throws; a check that cannot be run is reported as a problem.
    @discardableResult
    public func run(expecting expected: [String] = [], _ report: (Result) throws -> Void) throws -> Summary {
        try report(Result(subject: "integrity", problem: integrityProblem()))
        try report(Result(subject: "foreign keys", problem: foreignKeyProblem()))
        var custody: CustodyCheck?
        let unreadable = problem {
            custody = try CustodyCheck(database)
            return custody?.problem
        }
        try report(Result(subject: "custody", problem: unreadable))
        if (try? OriginLogs(database).origins().isEmpty) != true {
            try report(Result(subject: "merged logs", problem: problem { try OriginLogs(database).problem() }))
        }
        try report(Result(subject: "tables", problem: problem { try TableCheck(database).problem() }))
        try reportImages(custody, report)
        try reportLogs(report)
        // After the images, as a changed image changes its series, too.
        try report(Result(subject: "series", problem: problem { try SeriesSteps(database).problem() }))
        let digest = try? ArchiveDigest(archive)
        let hashes = custody?.hashes ?? []
        let unmatched = expected.filter { written in
            !([digest?.hexadecimal ?? ""] + hashes).contains { ArchiveDigest.begins($0, with: written) }
        }
        for written in unmatched {
            let what = "neither the digest nor the hash of any entry of the custody log begins with \(written)"
            try report(Result(subject: "expected", problem: what))
        }
        return Summary(
            digest: digest, custodyHead: hashes.last, entryCount: hashes.count,
            blankedCount: custody?.blankedCount ?? 0,
            isAsExpected: expected.isEmpty ? nil : unmatched.isEmpty)
    }

    private func reportImages(_ custody: CustodyCheck?, _ report: (Result) throws -> Void) throws {
        let ids: [Int64]
        do {
            ids = try imageIDs()
        } catch {
            return try report(Result(subject: "images", problem: "\(error)"))
        }
        // Two images of one stream need one proof.
        var problems: [Int64: String?] = [:]
        for id in ids {
            try report(
                Result(
                    subject: "@\(id)",
                    problem: problem {
                        let image = try archive.image(id: id)
                        let streamID = image.stream.streamID
                        if problems[streamID] == nil {
                            problems[streamID] = .some(problem { try streamProblem(image.stream) })
                        }
                        if let problem = problems[streamID] ?? nil { return problem }
                        return try custody?.problem(of: image)
                    }))
        }
    }

    private func reportLogs(_ report: (Result) throws -> Void) throws {
        let check = LogCheck(database)
        let ids: [Int64]
        do {
            ids = try check.logIDs()
        } catch {
            return try report(Result(subject: "logs", problem: "\(error)"))
        }
        for id in ids {
            try report(Result(subject: "log:\(id)", problem: problem { try check.problem(of: id) }))
        }
    }

    private func imageIDs() throws -> [Int64] {
        let rows = try database.prepare("SELECT image_id FROM image ORDER BY image_id")
        var ids: [Int64] = []
        while try rows.step() { ids.append(rows.integer(0)) }
        return ids
    }

    private func integrityProblem() -> String? {
        problem {
            let row = try database.prepare("PRAGMA integrity_check(1)")
            guard try row.step() else { return "the check returned no result" }
            return row.string(0) == "ok" ? nil : row.string(0)
        }
    }

    private func foreignKeyProblem() -> String? {
        problem {
            let row = try database.prepare("PRAGMA foreign_key_check")
            return try row.step() ? "a row of \(row.string(0)) refers to a missing row of \(row.string(2))" : nil
        }
    }

    /// Checks a stream's bytes, and the counts in its row.
    private func streamProblem(_ stream: ArchivedStream) throws -> String? {
        var count: Int64 = 0
        let encoded = try stream.encode(database) { count += Int64($0.count) }
        let items = encoded.items
        if count != stream.size { return "it has \(count) bytes, but its row in stream says \(stream.size)" }
        var (records, nodes): (Int64, Int64) = (0, 0)
        for item in items where Int(item.table) != SpanTable.damageIndex {
            records += 1
            if Int(item.table) == SpanTable.nodeIndex { nodes += 1 }
        }
        if records != stream.recordCount {
            return "it has \(records) records, but its row in stream says \(stream.recordCount)"
        }
        if nodes != stream.nodeCount { return "it has \(nodes) nodes, but its row in stream says \(stream.nodeCount)" }
        return try AccountSpans(database).problem(stream.accounts(encoded, database), stream.generation)
    }

    private func problem(_ check: () throws -> String?) -> String? {
        do { return try check() } catch { return "\(error)" }
    }
}
