/// What an upgrade of an archive has changed.
public struct Upgrade: Equatable, Sendable {
    /// The schema version before.
    public let from: Int
    /// The schema version after it.
    public let to: Int
    /// The file with the archive before the upgrade; nil if only the views were created again.
    public let backup: String?
}
