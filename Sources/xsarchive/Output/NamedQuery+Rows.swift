import XenstoreAnalysis
import XenstoreArchive

extension NamedQuery {
    /// Runs a prepared query and prints its rows, or that it does not apply to one of the images.
    /// - Parameters:
    ///   - statement: the query with its parameters.
    ///   - images: the ids of the images that the parameters name.
    ///   - headings: plainer names of some columns, in a table as text.
    ///   - isSilentWhereEmpty: whether to print nothing as text if there are no rows, because an
    ///     error follows.
    /// - Returns: the number of rows; nil if the query does not apply.
    @discardableResult
    func printRows(
        _ statement: Statement, of images: [Int64], in archive: Archive, format: OutputFormat,
        headings: [String: String] = [:], isSilentWhereEmpty: Bool = false
    ) throws -> Int? {
        for id in images {
            let place = images.count > 1 ? "@\(id): " : ""
            if let reason = try inapplicability(archive, imageID: id) {
                Console.note("xsarchive: \(name): \(place)\(reason)")
                printInapplicable(place + reason, format)
                return nil
            }
            if let limit = try limitation(archive, imageID: id) { Console.note("xsarchive: \(name): \(place)\(limit)") }
        }
        return try statement.printRows(
            format: format, expendable: Self.expendable, headings: headings, isSilentWhereEmpty: isSilentWhereEmpty)
    }

    /// In JSON, an object in place of the rows: an empty list would mean that nothing was found.
    func printInapplicable(_ reason: String, _ format: OutputFormat) {
        let object = JSON.object([("not_applicable", .string(reason))])
        switch format {
        case .json: Console.print(JSON.array([object]).text)
        case .jsonl: Console.print(object.text)
        case .csv, .csvSafe: Table(columns: columns, format: format).finish()
        case .text: break
        }
    }
}
