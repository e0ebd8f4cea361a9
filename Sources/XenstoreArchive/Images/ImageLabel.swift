/// The name, series and time under which an image is imported.
public struct ImageLabel: Equatable, Sendable {
    /// The image's name.
    public var name: String
    /// The series to which the image belongs.
    public var series: String
    /// The time of the capture: UTC, ISO 8601; nil if unknown.
    public var capturedAt: String?
    /// When the file was last written: UTC, ISO 8601; nil if unknown. A file that was not written
    /// since an earlier import shows nothing new.
    public var modifiedAt: String?

    /// A label; the default series is `main`.
    public init(name: String, series: String = "main", capturedAt: String? = nil, modifiedAt: String? = nil) {
        self.name = name
        self.series = series
        self.capturedAt = capturedAt
        self.modifiedAt = modifiedAt
    }
}
