import ArgumentParser
import XenstoreArchive

extension Statement {
    /// The columns of the current row as the members of a JSON object.
    var members: [(String, JSON)] {
        (0..<columnCount).map { (columnName($0), JSON.value(value($0))) }
    }

    /// Runs the statement and prints all its rows.
    /// - Parameters:
    ///   - format: the output format.
    ///   - expendable: the columns that can be left out on a narrow terminal; nil: none.
    ///   - headings: plainer names of some columns, in a table as text.
    ///   - isSilentWhereEmpty: whether to print nothing as text if there are no rows, because an
    ///     error follows.
    /// - Returns: the number of rows.
    @discardableResult
    func printRows(
        format: OutputFormat, expendable: [String]? = nil, headings: [String: String] = [:],
        isSilentWhereEmpty: Bool = false
    ) throws -> Int {
        var table = Table(
            columns: (0..<columnCount).map(columnName), format: format, expendable: expendable, headings: headings)
        var count = 0
        do {
            while try step() {
                table.add((0..<columnCount).map(value))
                count += 1
            }
        } catch let error as ArchiveError where error.code == .database {
            // The fault is a function in the SQL, not the archive.
            throw ArchiveError(.database, "the SQL failed: \(error.description); change the SQL")
        } catch let error as ArchiveError where error.code == .timeout {
            throw ArchiveError(.timeout, "the SQL was stopped at its time limit; narrow the query, or raise --timeout")
        }
        if count > 0 || format != .text || !isSilentWhereEmpty { table.finish() }
        return count
    }
}
