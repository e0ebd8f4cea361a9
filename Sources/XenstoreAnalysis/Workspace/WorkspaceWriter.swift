import XenstoreArchive
import XenstoreStream

/// Puts an image into a workspace.
public struct WorkspaceWriter {
    /// What a workspace cannot hold of the image, or holds otherwise.
    public let alterations: Alterations
    private let image: EditableImage
    private let name: String
    private let sha256: String

    /// - Throws: `ArchiveError` or `StreamError` where the image cannot be read.
    public init(_ source: ImageSource) throws {
        var alterations = Alterations()
        var image = try EditableImage(source, &alterations)
        // The order of targets is left as it is: what nobody changes must come out as it was.
        try Repair.run(&image, keepsOpaque: false, movesTargets: false, &alterations)
        // A listing becomes the stream that would be made of it.
        Conversion.run(&image, to: Rebuild.Form().format(image.format), &alterations)
        self.image = image
        self.alterations = alterations
        name = source.name
        sha256 = source.sha256
    }

    /// Makes the workspace's file.
    /// - Parameters:
    ///   - path: the file's name.
    ///   - overwrite: whether a file of that name may be replaced.
    ///   - progress: is told now and then which share of the records has been written, from 0 to 1.
    /// - Throws: `ArchiveError` where it exists and may not be replaced, or cannot be written; there is then no file, or the old one.
    public func write(_ path: String, overwrite: Bool, progress: (Double) -> Void = { _ in }) throws {
        try WorkspaceFile.make(path, overwrite: overwrite) { database in
            var rows = try WorkspaceRows(database, image.format.layout)
            for (index, record) in image.records.enumerated() {
                try rows.add(record, position: Int64(index + 1))
                if index % 1024 == 0 { progress(Double(index) / Double(image.records.count)) }
            }
            try rows.finish(image.format, name: name, sha256: sha256)
        }
    }
}
