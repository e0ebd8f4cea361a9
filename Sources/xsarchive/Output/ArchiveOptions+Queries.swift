import XenstoreAnalysis
import XenstoreArchive

/// Named queries on images and archives, as several commands run them.
extension ArchiveOptions {
    /// Runs a query on one image and prints its rows.
    /// - Parameters:
    ///   - name: the query's name.
    ///   - reference: the image.
    ///   - parameters: all parameters except the image.
    ///   - format: the output format.
    ///   - headings: plainer names of some columns, in a table as text.
    ///   - timeout: seconds until the query is stopped; nil: no limit.
    ///   - isSilentWhereEmpty: whether to print nothing as text if there are no rows, because an
    ///     error follows.
    /// - Returns: the number of rows; nil if the query does not apply to the image.
    @discardableResult
    func printRows(
        of name: String, image reference: String, parameters: [String: String] = [:], format: OutputFormat,
        headings: [String: String] = [:], timeout: Double? = nil, isSilentWhereEmpty: Bool = false
    ) throws -> Int? {
        let query = try NamedQuery.named(name)
        let (archive, imageID) = try queryable(reference)
        let statement = try query.prepare(
            archive, parameters: parameters.merging(["image_id": String(imageID)]) { $1 }, timeout: timeout)
        return try query.printRows(
            statement, of: [imageID], in: archive, format: format, headings: headings,
            isSilentWhereEmpty: isSilentWhereEmpty)
    }
}
