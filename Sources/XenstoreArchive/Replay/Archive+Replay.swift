import XenstoreStream

extension Archive {
    /// The state at a moment: the last image before it, and what the log says happened since.
    /// - Throws: `ArchiveError` if there is no such image, or no log that says it.
    package func replay(_ reference: MomentReference) throws -> ReplayedImage {
        let (series, fixed) = try subject(of: reference)
        let source = try ReplaySource.find(
            self, series: series, fixed: fixed, at: reference.moment, for: reference.text)
        var replayer = try Replayer(self, source)
        try replayer.run(through: source.moment)
        do {
            return try ReplayedImage(
                reference.text, replayer.state, replayer.global, notes: replayer.remarks())
        } catch let error as ArchiveError {
            throw ArchiveError(error.code, "\(Escape.printable(reference.text)): \(error.message)")
        }
    }

    /// Whether an image has what follows the `@` of a reference as its name, or in a series.
    package func hasImage(named reference: String) throws -> Bool {
        if let parsed = try ImageReference(reference), (try? image(parsed)) != nil { return true }
        let row = try database.prepare("SELECT 1 FROM image WHERE name = ? LIMIT 1")
        try row.bind(1, String(reference.dropFirst()))
        return try row.step()
    }

    /// The series, and the image to begin with if it is named by its id.
    private func subject(of reference: MomentReference) throws -> (series: String, fixed: ArchivedImage?) {
        let logs = try database.prepare("SELECT 1 FROM log WHERE series = ? LIMIT 1")
        try logs.bind(1, reference.name)
        if try SeriesSteps(database).newest(in: reference.name) != nil { return (reference.name, nil) }
        if try logs.step() { return (reference.name, nil) }
        let parsed = try ImageReference("@" + reference.name)
        guard let parsed else { throw ArchiveError(.usage, "\(reference.text): not a reference to an image") }
        let image = try image(parsed)
        if case .id = parsed { return (image.label.series, image) }
        return (image.label.series, nil)
    }
}
