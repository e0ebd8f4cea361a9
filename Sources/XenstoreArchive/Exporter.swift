/// Writes images of an archive to files.
public struct Exporter {
    let archive: Archive

    /// Exports from an archive.
    public init(_ archive: Archive) {
        self.archive = archive
    }

    /// Writes the image to a file that appears only when it is complete and proved.
    /// - Parameters:
    ///   - image: of the archive.
    ///   - path: the file's name.
    ///   - overwrite: whether a file of that name may be replaced.
    ///   - progress: called periodically with the number of the image's bytes read from the
    ///     archive.
    /// - Throws: `ArchiveError` if the file exists and may not be replaced, if the disk is full, or
    ///   if the tables do not give the image back; there is then no file, or the old one.
    public func export(
        _ image: ArchivedImage, toFile path: String, overwrite: Bool, progress: (Int) -> Void = { _ in }
    ) throws {
        guard !FileIO.isSameFile(path, archive.database.path) else {
            throw ArchiveError(
                .usage, "\(path): is the archive itself, which the image would replace; choose another name")
        }
        let file = try OutputFile(path: path, overwrite: overwrite, withoutName: true)
        try archive.export(image, progress: progress) { try file.write($0) }
        try file.commit(overwrite: overwrite)
    }

    /// Writes the image to standard output, after a first pass has proved it.
    /// - Parameters:
    ///   - image: of the archive.
    ///   - progress: called periodically with the number of bytes read from the archive, which ends
    ///     at twice the image's size. - Throws: `ArchiveError` if the tables do not give the image
    ///     back, or it cannot be written.
    public func exportToStandardOutput(_ image: ArchivedImage, progress: (Int) -> Void = { _ in }) throws {
        try archive.export(image, progress: progress) { _ in }
        let size = Int(image.stream.size)
        try archive.export(image, progress: { progress(size + $0) }, to: { try FileIO.writeStandardOutput($0) })
    }
}
