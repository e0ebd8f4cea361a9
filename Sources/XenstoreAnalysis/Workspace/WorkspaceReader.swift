import XenstoreArchive
import XenstoreStream

/// Reads a workspace as an image.
public struct WorkspaceReader {
    /// The records. New rows come after the others of their kind; `Rebuild` repairs everything
    /// else.
    public let image: EditableImage
    /// The first rows from which no record can be made; if there are any, `image` is incomplete.
    public let problems: [WorkspaceProblem]
    /// The total number of problems, including those not in `problems`.
    public let problemCount: Int

    /// Reads the workspace at `path`.
    /// - Throws: `ArchiveError` if the file is not a workspace.
    public init(_ path: String) throws {
        let database = try WorkspaceFile.open(path)
        var rows = WorkspaceRecords()
        do {
            try rows.read(database)
        } catch let error as ArchiveError where error.code == .database {
            throw ArchiveError(
                .notAnArchive,
                "\(error): the file does not have the tables of a workspace; run 'xsarchive checkout' again")
        }
        image = EditableImage(rows.sorted, format: rows.format)
        problems = rows.problems
        problemCount = rows.problemCount
    }
}
