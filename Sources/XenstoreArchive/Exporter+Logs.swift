extension Exporter {
    /// Writes a log, or one of its files, to a file that appears only when it is complete and
    /// proved.
    /// - Parameters:
    ///   - log: of the archive.
    ///   - file: one of its files; nil: all lines of the log, each once.
    ///   - path: the file's name.
    ///   - overwrite: whether a file of that name may be replaced.
    /// - Throws: `ArchiveError` as for an image.
    package func export(
        _ log: ArchivedLog, _ file: ArchivedLogFile?, toFile path: String, overwrite: Bool
    ) throws {
        guard !FileIO.isSameFile(path, archive.database.path) else {
            throw ArchiveError(
                .usage, "\(path): is the archive itself, which the log would replace; choose another name")
        }
        let output = try OutputFile(path: path, overwrite: overwrite, withoutName: true)
        try write(log, file) { try output.write($0) }
        try output.commit(overwrite: overwrite)
    }

    /// Writes a log, or one of its files, to standard output, after a first pass has proved it.
    package func exportToStandardOutput(_ log: ArchivedLog, _ file: ArchivedLogFile?) throws {
        try write(log, file) { _ in }
        try write(log, file) { try FileIO.writeStandardOutput($0) }
    }

    private func write(
        _ log: ArchivedLog, _ file: ArchivedLogFile?, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        let exporter = LogExporter(archive)
        if let file { try exporter.export(file, body) } else { try exporter.export(log, body) }
    }
}
