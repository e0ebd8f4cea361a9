import XenstoreArchive
import XenstoreStream

/// Reads JSON that this program has written, with SQLite's functions.
struct JSONReader {
    private let database: Database
    private let check: Statement
    private let keep: Statement

    init() throws {
        database = try Database(path: ":memory:", mode: .write)
        try database.execute("CREATE TABLE line (text TEXT)")
        check = try database.prepare("SELECT json_valid(?)")
        keep = try database.prepare("INSERT INTO line VALUES (?)")
    }

    /// Takes the text that the other functions read.
    /// - Returns: whether it is JSON.
    func load(_ text: Octets) throws -> Bool {
        guard let string = text.utf8Text else { return false }
        defer { check.reset() }
        try check.bind(1, string)
        guard try check.step(), check.integer(0) == 1 else { return false }
        try database.execute("DELETE FROM line")
        try keep.bind(1, string)
        try keep.run()
        keep.reset()
        return true
    }

    /// The number at a path; nil if there is none.
    func integer(_ path: String) throws -> Int64? {
        let row = try extract(path)
        return try row.step() && row.string(1) == "integer" ? row.integer(0) : nil
    }

    /// The string at a path; nil if there is none.
    func text(_ path: String) throws -> String? {
        let row = try extract(path)
        return try row.step() && row.string(1) == "text" ? row.string(0) : nil
    }

    private func extract(_ path: String) throws -> Statement {
        let row = try database.prepare("SELECT json_extract(text, ?1), json_type(text, ?1) FROM line")
        try row.bind(1, path)
        return row
    }

    /// Calls `body` with two members, a number and a string, of each object of the array at a path.
    func forEach(_ path: String, _ number: String, _ string: String, _ body: (Int64, String) -> Void) throws {
        let rows = try database.prepare(
            "SELECT json_extract(value, '$.' || ?2), json_extract(value, '$.' || ?3) FROM line, json_each(text, ?1)")
        for (index, text) in [path, number, string].enumerated() { try rows.bind(index + 1, text) }
        while try rows.step() { body(rows.integer(0), rows.string(1)) }
    }
}
