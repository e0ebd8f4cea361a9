import ArchiveSQL
import XenstoreArchive
import XenstoreStream

/// A query of queries/: its SQL and the description in its header comment.
public struct NamedQuery: Sendable {
    /// A parameter of the query.
    public typealias Parameter = QueryHeader.Parameter

    /// The file's name without `.sql`.
    public let name: String
    /// The whole file.
    public let sql: String
    /// The description in the header comment.
    public let header: QueryHeader

    /// The question in a few words.
    public var title: String { header.title }
    /// The group in the list of queries.
    public var group: String { header.group }
    /// Why the question is worth asking.
    public var why: String { header.why }
    /// Advisories and documents; may be empty.
    public var references: String { header.references }
    /// The parameters, in the order of the header.
    public var parameters: [Parameter] { header.parameters }
    /// The names of the result's columns.
    public var columns: [String] { header.columns }

    /// All queries, by name. A file with an invalid header is left out; a test compares the list
    /// with the directory.
    public static let all: [NamedQuery] = ArchiveSQL.queries.compactMap { query in
        (try? QueryHeader(query.sql)).map { NamedQuery(name: query.name, sql: query.sql, header: $0) }
    }

    /// The query with this name. The headers of the others are not read: that takes as long as the
    /// start of the program.
    /// - Throws: `ArchiveError` with code `usage` if there is no such query.
    public static func named(_ name: String) throws -> NamedQuery {
        guard let sql = ArchiveSQL.query(name), let header = try? QueryHeader(sql) else {
            let names = ArchiveSQL.queryNames
            let similar = names.filter { name.count > 2 && $0.contains(name) }
            throw ArchiveError(
                .noSuchQuery, "there is no query \(name)",
                suggestion: Nearest.suggestion(name, among: names)
                    ?? (similar.isEmpty ? nil : "similar names: \(similar.joined(separator: ", "))"))
        }
        return NamedQuery(name: name, sql: sql, header: header)
    }

    /// Prepares the query and binds its parameters. A parameter that is not given is NULL, for
    /// which the SQL uses the default.
    /// - Parameters:
    ///   - archive: the archive to query.
    ///   - given: the parameters' values by name.
    ///   - timeout: seconds after which the query is stopped; nil: no limit.
    /// - Throws: `ArchiveError` with code `usage` if a parameter is missing, unknown or not an
    ///   integer.
    public func prepare(
        _ archive: Archive, parameters given: [String: String], timeout: Double? = nil
    ) throws -> Statement {
        for name in given.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            let known = parameters.map(\.name)
            let problem = name == "image_id" ? "takes no image" : "has no parameter \(name)"
            throw ArchiveError(
                .usage, "query \(self.name) \(problem)",
                suggestion: Nearest.suggestion(name, among: known) ?? "it takes \(known.joined(separator: ", "))")
        }
        for parameter in parameters where parameter.isRequired && given[parameter.name] == nil {
            throw ArchiveError(
                .missingParameter, "query \(name) requires \(parameter.name)", subject: parameter.name)
        }
        let statement = try archive.database.prepareReadOnly(sql, timeout: timeout)
        for (name, value) in given {
            guard let index = statement.parameterIndex(":" + name) else { continue }
            guard name != "daemon" || DaemonRules(rawValue: value) != nil else {
                let daemons = DaemonRules.allCases.map(\.rawValue)
                throw ArchiveError(
                    .usage, "query \(self.name): '\(value)' is not a daemon",
                    suggestion: Nearest.suggestion(value, among: daemons)
                        ?? "give one of \(daemons.joined(separator: ", "))")
            }
            guard parameters.contains(where: { $0.name == name && $0.isInteger }) else {
                try statement.bind(index, value)
                continue
            }
            guard let number = Int64(value) else {
                let form = name.hasSuffix("_id") ? "an image, e.g. \(name)=@latest" : "an integer, e.g. \(name)=3"
                throw ArchiveError(.usage, "query \(self.name): '\(value)' is not valid; \(name) must be \(form)")
            }
            // Xen's limit: a number that no domain can have is a slip, and would find nothing.
            guard name != "domid" || UInt16(exactly: number) != nil else {
                throw ArchiveError(
                    .usage, "query \(self.name): '\(value)' is not a domid; give a number from 0 to 65535")
            }
            try statement.bind(index, number)
        }
        return statement
    }

    /// Why the query does not apply to an image; nil if it applies.
    /// - Throws: the errors of reading the archive.
    public func inapplicability(_ archive: Archive, imageID: Int64) throws -> String? {
        guard !header.needs.isEmpty else { return nil }
        if let reason = try inapplicability(archive) { return reason }
        let stream = try archive.image(id: imageID).stream
        let isWhole = stream.format.layout.coverage.map { !stream.coverage.lacksSomething(of: $0) } ?? true
        let noun = CoverageText.noun(stream.format.layout, isDamaged: stream.isSalvaged && !isWhole)
        let missing = try header.needs.filter { need in
            guard case .kind(let kind) = need, !stream.coverage.covers(kind) else { return false }
            // Pending nodes that a database holds are known, even if there may be more.
            return try kind != .pending || !Self.hasPendingNodes(archive, imageID)
        }
        if !missing.isEmpty {
            // A part may have some of them.
            let verb = isWhole ? "have" : "cover"
            return "not applicable: needs \(Self.list(missing.map(\.name))), which this \(noun) does not \(verb)"
        }
        guard header.needs.contains(where: { $0 == .wholeHost || $0 == .coveredNodes }) else { return nil }
        if stream.coverage.covers(.connections) {
            let scope = try archive.database.integer(
                "SELECT 1 FROM scopes WHERE image_id = ? AND scope = 'host'", imageID)
            if scope == nil {
                let ring = try archive.database.integer(
                    "SELECT 1 FROM connections WHERE image_id = ? AND conn_type = 0 AND domid = 0", imageID)
                return "not applicable: the image holds only part of a host"
                    + (ring == nil ? " (it has no ring connection of domain 0)" : "")
            }
        }
        if header.needs.contains(.wholeHost) && !stream.coverage.coversHost(.nodes) {
            return "not applicable: needs the whole host, of which this \(noun) has only a part"
        }
        if header.needs.contains(.coveredNodes) && !stream.coverage.covers(.nodes) {
            return "not applicable: needs all nodes of a part of the tree, of which this \(noun) has only some"
        }
        return nil
    }

    /// To what an answer is limited, if the image does not cover the host's nodes; nil if it does,
    /// or if the query does not apply.
    /// - Throws: the errors of reading the archive.
    public func limitation(_ archive: Archive, imageID: Int64) throws -> String? {
        let stream = try archive.image(id: imageID).stream
        let limitation = CoverageText.limitation(
            stream.coverage, stream.format.layout, isDamaged: stream.isSalvaged)
        return try limitation != nil && inapplicability(archive, imageID: imageID) == nil ? limitation : nil
    }

    private static func hasPendingNodes(_ archive: Archive, _ imageID: Int64) throws -> Bool {
        try archive.database.integer("SELECT 1 FROM pending_nodes WHERE image_id = ? LIMIT 1", imageID) != nil
    }

    /// `a, b and c`.
    static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
