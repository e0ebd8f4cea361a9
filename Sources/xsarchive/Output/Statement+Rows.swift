import ArgumentParser
import XenstoreArchive

extension Statement {
    /// Runs the statement and prints all its rows.
    /// - Parameters:
    ///   - format: the form of the table.
    ///   - expendable: the columns that may be left out on a narrow terminal; nil: none.
    ///   - isSilentWhereEmpty: whether a text without rows has no headings either, as an error follows.
    /// - Returns: how many there were.
    @discardableResult
    func printRows(format: OutputFormat, expendable: [String]? = nil, isSilentWhereEmpty: Bool = false) throws -> Int {
        var table = Table(columns: (0..<columnCount).map(columnName), format: format, expendable: expendable)
        var count = 0
        do {
            while try step() {
                table.add((0..<columnCount).map(value))
                count += 1
            }
        } catch let error as ArchiveError where error.code == .database {
            // Not the archive is at fault but a function in the SQL.
            throw ArchiveError(.database, "the SQL failed: \(error.description); change the SQL")
        } catch let error as ArchiveError where error.code == .timeout {
            throw ArchiveError(
                .timeout, "the SQL was stopped, as its time is over; ask for less, or give it more with --timeout")
        }
        if count > 0 || format != .text || !isSilentWhereEmpty { table.finish() }
        return count
    }
}
