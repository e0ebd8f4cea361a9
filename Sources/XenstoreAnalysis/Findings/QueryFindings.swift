import XenstoreArchive
import XenstoreStream

/// The findings of the named queries that have a severity, in one image.
public struct QueryFindings: Sendable {
    /// The findings, in the order of the queries' names.
    public private(set) var items: [ImageFinding] = []
    /// The queries that do not apply to this image, each with the reason.
    public private(set) var inapplicable: [(name: String, reason: String)] = []

    /// Runs the queries.
    /// - Parameters:
    ///   - archive: the archive that holds the image.
    ///   - imageID: the image's id.
    ///   - limit: the maximum number of rows of one query that become findings; one more counts the
    ///     rest.
    /// - Throws: the errors of reading the archive.
    public init(_ archive: Archive, imageID: Int64, limit: Int = 100) throws {
        try archive.database.withImageTables(imageID) { try collect(archive, imageID: imageID, limit: limit) }
    }

    private mutating func collect(_ archive: Archive, imageID: Int64, limit: Int) throws {
        for query in NamedQuery.rules {
            if let reason = try query.inapplicability(archive, imageID: imageID) {
                inapplicable.append((query.name, reason))
                continue
            }
            let statement = try query.prepare(archive, parameters: ["image_id": String(imageID)])
            var count = 0
            while try statement.step() {
                count += 1
                if count <= limit { items.append(query.finding(statement)) }
            }
            if count > limit { items.append(query.finding(unlisted: count - limit)) }
        }
    }
}
