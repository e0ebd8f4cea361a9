/// How an image is to be known.
public struct ImageLabel: Equatable, Sendable {
    public var name: String
    public var series: String
    /// UTC, ISO 8601; nil where nobody says.
    public var capturedAt: String?

    public init(name: String, series: String = "main", capturedAt: String? = nil) {
        self.name = name
        self.series = series
        self.capturedAt = capturedAt
    }
}
