import XenstoreStream

extension Importer {
    /// Stores an image of another archive, in the open transaction, with its label, the time of its
    /// import there, and what that import noticed.
    /// - Parameters:
    ///   - image: the bytes, read again.
    ///   - original: the image in the other archive.
    ///   - findings: what its import there noticed.
    ///   - provenance: where it comes from, for the custody log.
    func adopt(
        _ image: ScannedImage, as original: ArchivedImage, findings: [Finding], from provenance: Provenance
    ) throws -> Outcome {
        let known = try knownStream(image)
        let streamID = try known ?? storeStream(image, series: original.label.series, ahead: nil)
        if known == nil { try restate(original.stream, findings, streamID) }
        let imageID = try insertImage(streamID, original.label, importedAt: original.importedAt)
        try CustodyLog(database).append(provenance, image: archive.image(id: imageID), by: custodian)
        return Outcome(kind: known == nil ? .stored : .observed, imageID: imageID)
    }

    /// What the other archive's import said of a stream's layout, and noticed.
    private func restate(_ original: ArchivedStream, _ findings: [Finding], _ streamID: Int64) throws {
        let update = try database.prepare("UPDATE stream SET certainty = ?, layout_reason = ? WHERE stream_id = ?")
        try update.bind(1, original.certainty)
        try update.bind(2, original.layoutReason)
        try update.bind(3, streamID)
        try update.run()
        let delete = try database.prepare("DELETE FROM finding WHERE stream_id = ?")
        try delete.bind(1, streamID)
        try delete.run()
        try insertFindings(findings, streamID)
    }
}
