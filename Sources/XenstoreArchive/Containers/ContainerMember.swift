/// A regular file in a container.
public struct ContainerMember {
    /// The way to the member: the container's file, the containers in it, the member.
    public let levels: [ContainerLevel]
    /// The member's bytes, decompressed if it is compressed.
    public let content: FileContent
    /// When the member was last written, in seconds since 1970, UTC; nil if the container does not
    /// say.
    public let modified: Int64?
    /// Which limit the member exceeds; `content` then holds only its first bytes. Nil if it exceeds
    /// none.
    public let excess: ArchiveError?

    /// What separates the names of a container and of a member.
    public static let separator: Character = "!"

    /// The names of all levels, like `report.tar!var/state`.
    public var place: String {
        Self.place(levels)
    }

    /// The path of the member in its container, after those of the containers within the file, like
    /// `inner.zip/state`.
    public var path: String {
        levels.dropFirst().map(\.path).joined(separator: "/")
    }

    /// The same, as it follows the file's name in `place`.
    public var reference: String {
        Self.place(Array(levels.dropFirst()))
    }

    static func place(_ levels: [ContainerLevel]) -> String {
        levels.map(\.path).joined(separator: String(separator))
    }
}
