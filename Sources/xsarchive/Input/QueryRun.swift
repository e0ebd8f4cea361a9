import XenstoreAnalysis
import XenstoreArchive

/// Named queries on images and archives, as several commands run them.
extension ArchiveOptions {
    /// The archive that holds the image, and its id there; for a file, an archive in memory.
    func queryable(_ reference: String) throws -> (Archive, Int64) {
        if reference.hasPrefix("@") {
            let (archive, image) = try archivedImage(reference)
            return (archive, image.imageID)
        }
        try MissingImage.refuse(reference, in: self)
        let archive = try Archive.inMemory()
        let outcome = try Importer(archive).store(try ImageFile.prepare(reference), label: ImageLabel(name: reference))
        return (archive, outcome.imageID)
    }

    /// Runs a query on one image and prints its rows.
    /// - Parameters:
    ///   - name: the query's name.
    ///   - reference: the image.
    ///   - parameters: all parameters except the image.
    ///   - format: the output format.
    ///   - timeout: seconds until the query is stopped; nil: no limit.
    ///   - isSilentWhereEmpty: whether to print nothing as text if there are no rows, because an
    ///     error follows.
    /// - Returns: the number of rows.
    @discardableResult
    func printRows(
        of name: String, image reference: String, parameters: [String: String] = [:], format: OutputFormat,
        timeout: Double? = nil,
        isSilentWhereEmpty: Bool = false
    ) throws -> Int {
        let query = try NamedQuery.named(name)
        let (archive, imageID) = try queryable(reference)
        if let reason = try query.inapplicability(archive, imageID: imageID) {
            Console.note("xsarchive: \(name): \(reason)")
        }
        let statement = try query.prepare(
            archive, parameters: parameters.merging(["image_id": String(imageID)]) { $1 }, timeout: timeout)
        return try statement.printRows(
            format: format, expendable: NamedQuery.expendable, isSilentWhereEmpty: isSilentWhereEmpty)
    }
}

extension NamedQuery {
    /// The columns that a named query's table drops on a narrow terminal, in this order.
    static let expendable = [
        "uuid", "target", "conn_id", "first_image_id", "last_image_id", "images", "series", "transactions",
        "first_seen", "perms",
    ]
}
