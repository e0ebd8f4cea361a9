import XenstoreStream

extension Rebuild {
    /// Makes the stream of a workspace, which covers what the workspace's image covers, as far as
    /// the layout can say it.
    /// - Throws: `ArchiveError` if the stream cannot be written.
    public func run(_ workspace: WorkspaceReader) throws -> RebuiltStream {
        var stream = try run(workspace.image)
        if let coverage = workspace.coverage {
            let layout = stream.image.format.layout
            stream.image = stream.image.covering(coverage.inLayout(layout, of: workspace.image.format.layout))
        }
        return stream
    }
}
