import XenstoreArchive
import XenstoreStream

/// What a workspace holds, as an image.
public struct WorkspaceReader {
    /// Its records in an order in which new rows come behind the others of their kind; whatever else it lacks, `Rebuild` puts right.
    public let image: EditableImage
    /// Rows from which no record can be made; where there are any, `image` is not whole.
    public let problems: [WorkspaceProblem]
    /// How many there are in all, told or not.
    public let problemCount: Int

    /// - Throws: `ArchiveError` where the file is no workspace.
    public init(_ path: String) throws {
        let database = try WorkspaceFile.open(path)
        var rows = WorkspaceRecords()
        do {
            try rows.read(database)
        } catch let error as ArchiveError where error.code == .database {
            throw ArchiveError(
                .notAnArchive, "\(error): the tables are not those of a workspace; check the image out again")
        }
        image = EditableImage(rows.sorted, format: rows.format)
        problems = rows.problems
        problemCount = rows.problemCount
    }
}
