import XenstoreArchive
import XenstoreStream

/// Writes an image into a workspace.
public struct WorkspaceWriter {
    /// What the workspace cannot hold, or holds differently.
    public let alterations: Alterations
    private let image: EditableImage
    private let coverage: Coverage
    private let name: String
    private let sha256: String

    /// Reads the image.
    /// - Throws: `ArchiveError` or `StreamError` if the image cannot be read.
    public init(_ source: ImageSource) throws {
        var alterations = Alterations()
        var image = try EditableImage(source, &alterations)
        // The order of targets stays: an unchanged workspace must give the image back.
        try Repair.run(&image, keepsOpaque: false, movesTargets: false, &alterations)
        // A listing becomes the stream that a rebuild makes from it.
        Conversion.run(&image, to: Rebuild.Form().format(image.format), &alterations)
        self.image = image
        coverage = source.coverage.inLayout(image.format.layout, of: source.format.layout)
        self.alterations = alterations
        name = source.name
        sha256 = source.sha256
    }

    /// Creates the workspace's file.
    /// - Parameters:
    ///   - path: the file's path.
    ///   - overwrite: whether an existing file may be replaced.
    ///   - progress: called periodically with the share of the records written so far, from 0 to 1.
    /// - Throws: `ArchiveError` if the file exists and may not be replaced, or cannot be written.
    ///   Then there is no file, or the old one.
    public func write(_ path: String, overwrite: Bool, progress: (Double) -> Void = { _ in }) throws {
        try WorkspaceFile.make(path, overwrite: overwrite) { database in
            var rows = try WorkspaceRows(database, image.format.layout)
            for (index, record) in image.records.enumerated() {
                try rows.add(record, position: Int64(index + 1))
                if index % 1024 == 0 { progress(Double(index) / Double(image.records.count)) }
            }
            try rows.finish(image.format, name: name, sha256: sha256)
            try WorkspaceCoverage.write(coverage, database)
        }
    }
}
