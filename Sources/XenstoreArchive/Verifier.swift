/// Checks an archive: SQLite's own checks, the custody log, the tables that queries read beside those the bytes come from, and
/// every image written anew and compared.
public struct Verifier {
    private let archive: Archive

    private var database: Database {
        archive.database
    }

    public init(_ archive: Archive) {
        self.archive = archive
    }

    /// What a check found.
    public struct Result: Equatable, Sendable {
        /// What was checked: `integrity`, `foreign keys`, `custody`, `tables`, or an image like `@3`.
        public let subject: String
        /// Nil: it holds.
        public let problem: String?
    }

    /// What the archive is, for somebody to write down.
    public struct Summary: Equatable, Sendable {
        /// Nil where the archive cannot be read that far.
        public let digest: ArchiveDigest?
        /// The hash of the newest entry of the custody log, which stands for all before it.
        public let custodyHead: String?
        public let entryCount: Int
        /// Whether what somebody has written down fits: the digest, or the hash of any entry; nil where nothing was given.
        public let isAsExpected: Bool?
    }

    /// Runs all checks and hands each result on as it comes.
    /// - Parameters:
    ///   - expected: the digest, or the hash of an entry of the custody log, that somebody has written down.
    ///   - report: gets each result.
    /// - Throws: only what `report` throws: a check that cannot be run is reported as a problem.
    @discardableResult
    public func run(expecting expected: String? = nil, _ report: (Result) throws -> Void) throws -> Summary {
        try report(Result(subject: "integrity", problem: integrityProblem()))
        try report(Result(subject: "foreign keys", problem: foreignKeyProblem()))
        var custody: CustodyCheck?
        let unreadable = problem {
            custody = try CustodyCheck(database)
            return custody?.problem
        }
        try report(Result(subject: "custody", problem: unreadable))
        try report(Result(subject: "tables", problem: problem { try TableCheck(database).problem() }))
        try reportImages(custody, report)
        let digest = try? ArchiveDigest(archive)
        let hashes = custody?.hashes ?? []
        let isAsExpected = expected.map { written in
            ([digest?.hexadecimal ?? ""] + hashes).contains { ArchiveDigest.begins($0, with: written) }
        }
        if isAsExpected == false {
            let what = "neither the digest nor the hash of an entry of the custody log begins with it"
            try report(Result(subject: "expected", problem: what))
        }
        return Summary(digest: digest, custodyHead: hashes.last, entryCount: hashes.count, isAsExpected: isAsExpected)
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

    private func imageIDs() throws -> [Int64] {
        let rows = try database.prepare("SELECT image_id FROM image ORDER BY image_id")
        var ids: [Int64] = []
        while try rows.step() { ids.append(rows.integer(0)) }
        return ids
    }

    private func integrityProblem() -> String? {
        problem {
            let row = try database.prepare("PRAGMA integrity_check(1)")
            guard try row.step() else { return "the check gave no answer" }
            return row.string(0) == "ok" ? nil : row.string(0)
        }
    }

    private func foreignKeyProblem() -> String? {
        problem {
            let row = try database.prepare("PRAGMA foreign_key_check")
            return try row.step() ? "a row of \(row.string(0)) names a row of \(row.string(2)) that is not there" : nil
        }
    }

    /// Its bytes, and what its row says of them.
    private func streamProblem(_ stream: ArchivedStream) throws -> String? {
        var count: Int64 = 0
        let items = try stream.encode(database) { count += Int64($0.count) }.items
        if count != stream.size { return "it has \(count) bytes, and its row in stream says \(stream.size)" }
        var (records, nodes): (Int64, Int64) = (0, 0)
        for item in items where Int(item.table) != SpanTable.damageIndex {
            records += 1
            if Int(item.table) == SpanTable.nodeIndex { nodes += 1 }
        }
        if records != stream.recordCount {
            return "it has \(records) records, and its row in stream says \(stream.recordCount)"
        }
        if nodes != stream.nodeCount { return "it has \(nodes) nodes, and its row in stream says \(stream.nodeCount)" }
        return nil
    }

    private func problem(_ check: () throws -> String?) -> String? {
        do { return try check() } catch { return "\(error)" }
    }
}
