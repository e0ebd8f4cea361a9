/// What bringing an archive up to date has done.
public struct Upgrade: Equatable, Sendable {
    /// The schema version before.
    public let from: Int
    public let to: Int
    /// The file that holds the archive as it was; nil where only the views were made anew.
    public let backup: String?
}
