/// The name, series and time under which an image is imported.
public struct ImageLabel: Equatable, Sendable {
    /// The image's name.
    public var name: String
    /// The series to which the image belongs.
    public var series: String
    /// The time of the capture: UTC, ISO 8601; nil if unknown.
    public var capturedAt: String?

    /// A label; the default series is `main`.
    public init(name: String, series: String = "main", capturedAt: String? = nil) {
        self.name = name
        self.series = series
        self.capturedAt = capturedAt
    }
}
