import XenstoreArchive
import XenstoreStream

/// Reads a workspace as an image.
public struct WorkspaceReader {
    /// The records. New rows come after the others of their kind; `Rebuild` repairs everything
    /// else.
    public let image: EditableImage
    /// What the image covers; nil if the workspace does not say it.
    public let coverage: Coverage?
    /// The SHA-256 of the image that the workspace was made from, as the workspace says it; nil if
    /// it says none.
    public let sourceSHA256: String?
    /// The first rows from which no record can be made; if there are any, `image` is incomplete.
    public let problems: [WorkspaceProblem]
    /// The total number of problems, including those not in `problems`.
    public let problemCount: Int

    /// Reads the workspace at `path`.
    /// - Throws: `ArchiveError` if the file is not a workspace.
    public init(_ path: String) throws {
        let database = try WorkspaceFile.open(path)
        var rows = WorkspaceRecords()
        let covered: WorkspaceCoverage
        do {
            try rows.read(database)
            covered = try WorkspaceCoverage(database)
        } catch let error as ArchiveError where error.code == .database {
            throw ArchiveError(
                .notAWorkspace, "\(error.message): the file does not have the tables of a workspace")
        }
        image = EditableImage(rows.sorted, format: rows.format)
        coverage = covered.coverage
        sourceSHA256 = rows.sourceSHA256
        problems = rows.problems + covered.problems
        problemCount = rows.problemCount + covered.problemCount
    }
}
