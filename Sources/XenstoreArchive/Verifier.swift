/// Checks an archive: SQLite's own checks, and every stream written anew and compared.
public struct Verifier {
    private let archive: Archive

    public init(_ archive: Archive) {
        self.archive = archive
    }

    /// What a check found.
    public struct Result: Equatable, Sendable {
        /// What was checked: `integrity`, `foreign keys`, or an image like `@3`.
        public let subject: String
        /// Nil: it holds.
        public let problem: String?
    }

    /// Runs all checks and hands each result on as it comes.
    /// - Throws: only what `report` throws: a check that cannot be run is reported as a problem.
    public func run(_ report: (Result) throws -> Void) throws {
        try report(Result(subject: "integrity", problem: integrityProblem()))
        try report(Result(subject: "foreign keys", problem: foreignKeyProblem()))
        let images: [(id: Int64, streamID: Int64)]
        do {
            images = try imageIDs()
        } catch {
            return try report(Result(subject: "images", problem: "\(error)"))
        }
        var problems: [Int64: String?] = [:]
        for image in images {
            // Two images of one stream need one proof.
            if problems[image.streamID] == nil { problems[image.streamID] = .some(streamProblem(image.streamID)) }
            try report(Result(subject: "@\(image.id)", problem: problems[image.streamID] ?? nil))
        }
    }

    private func imageIDs() throws -> [(id: Int64, streamID: Int64)] {
        let rows = try archive.database.prepare("SELECT image_id, stream_id FROM image ORDER BY image_id")
        var ids: [(id: Int64, streamID: Int64)] = []
        while try rows.step() { ids.append((rows.integer(0), rows.integer(1))) }
        return ids
    }

    private func integrityProblem() -> String? {
        problem {
            let row = try archive.database.prepare("PRAGMA integrity_check(1)")
            guard try row.step() else { return "the check gave no answer" }
            return row.string(0) == "ok" ? nil : row.string(0)
        }
    }

    private func foreignKeyProblem() -> String? {
        problem {
            let row = try archive.database.prepare("PRAGMA foreign_key_check")
            return try row.step() ? "a row of \(row.string(0)) names a row of \(row.string(2)) that is not there" : nil
        }
    }

    private func streamProblem(_ streamID: Int64) -> String? {
        problem {
            try ArchivedStream.load(archive.database, streamID: streamID).encode(archive.database) { _ in }
            return nil
        }
    }

    private func problem(_ check: () throws -> String?) -> String? {
        do { return try check() } catch { return "\(error)" }
    }
}
