import ArchiveSQL
import XenstoreArchive

/// A query of queries/: its SQL and what the comment at its top says about it.
public struct NamedQuery: Sendable {
    public typealias Parameter = QueryHeader.Parameter

    public let name: String
    public let sql: String
    public let header: QueryHeader

    public var title: String { header.title }
    public var group: String { header.group }
    public var why: String { header.why }
    public var references: String { header.references }
    public var parameters: [Parameter] { header.parameters }
    public var columns: [String] { header.columns }

    /// All queries in the order of their names. A file whose header is wrong is left out; a test holds the list against the folder.
    public static let all: [NamedQuery] = ArchiveSQL.queries.compactMap { query in
        (try? QueryHeader(query.sql)).map { NamedQuery(name: query.name, sql: query.sql, header: $0) }
    }

    /// - Throws: `ArchiveError` with code `usage` where there is none of that name.
    public static func named(_ name: String) throws -> NamedQuery {
        guard let query = all.first(where: { $0.name == name }) else {
            let similar = all.map(\.name).filter { name.count > 2 && $0.contains(name) }
            let otherwise =
                similar.isEmpty ? "'xsarchive query' lists them" : "there are \(similar.joined(separator: ", "))"
            let advice = Nearest.advice(name, among: all.map(\.name), otherwise: otherwise)
            throw ArchiveError(.usage, "no query is named \(name); \(advice)")
        }
        return query
    }

    /// Prepares the query with its parameters bound; those not given are NULL, which the SQL takes for the default.
    /// - Parameters:
    ///   - archive: what is asked.
    ///   - given: the parameters' values by their names.
    ///   - timeout: seconds after which it is stopped; nil: it may take as long as it takes.
    /// - Throws: `ArchiveError` with code `usage` where a parameter is missing or unknown.
    public func prepare(
        _ archive: Archive, parameters given: [String: String], timeout: Double? = nil
    ) throws -> Statement {
        for name in given.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            let known = parameters.map(\.name)
            let advice = Nearest.advice(name, among: known, otherwise: "it has: \(known.joined(separator: ", "))")
            throw ArchiveError(
                .usage,
                "query \(name == "image_id" ? "\(self.name) takes no image" : "\(self.name) has no parameter \(name)"); \(advice)"
            )
        }
        for parameter in parameters where parameter.isRequired && given[parameter.name] == nil {
            let how = parameter.name == "image_id" ? "-i IMAGE" : "-P \(parameter.name)=..."
            throw ArchiveError(.usage, "query \(name) needs \(parameter.name); give it with \(how)")
        }
        let statement = try archive.database.prepareReadOnly(sql, timeout: timeout)
        for (name, value) in given {
            guard let index = statement.parameterIndex(":" + name) else { continue }
            guard parameters.contains(where: { $0.name == name && $0.isInteger }) else {
                try statement.bind(index, value)
                continue
            }
            guard let number = Int64(value) else {
                throw ArchiveError(
                    .usage, "query \(self.name): \(name) is a whole number, not \(value); write \(name)=10")
            }
            try statement.bind(index, number)
        }
        return statement
    }

    /// Why the query says nothing of an image; nil where it does.
    /// - Throws: what reading the archive throws.
    public func inapplicability(_ archive: Archive, imageID: Int64) throws -> String? {
        guard header.needsWholeHost else { return nil }
        let isWhole =
            try archive.database.integer("SELECT 1 FROM scopes WHERE image_id = ? AND scope = 'host'", imageID) != nil
        return isWhole
            ? nil : "not applicable: the image holds a part of a host (it has no ring connection of domain 0)"
    }
}
