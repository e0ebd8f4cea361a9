import XenstoreStream

/// An image of an archive: a stream and the label under which it was imported.
public struct ArchivedImage: Sendable {
    /// The image's id; no other image ever gets it.
    public let imageID: Int64
    /// Its name, series and time.
    public let label: ImageLabel
    /// The time of the import: UTC, ISO 8601.
    public let importedAt: String
    /// The time of the last import that found the image unchanged as the newest of its series: UTC,
    /// ISO 8601; nil if it was imported once.
    public let lastSeen: String?
    /// The stream with its bytes.
    public let stream: ArchivedStream
}
