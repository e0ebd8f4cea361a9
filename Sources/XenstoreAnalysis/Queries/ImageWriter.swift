import XenstoreArchive

/// The daemon that wrote an image, as far as its layout shows.
public struct ImageWriter: Sendable {
    /// The rules by which that daemon gives access. If the layout does not show the daemon, these
    /// are the rules that are used for it.
    public let rules: DaemonRules
    /// The versions of Xen that the daemon may be of; nil: any.
    public let versions: String?
    /// What in the image shows it.
    public let evidence: String
    /// Whether the image shows the daemon at all.
    public let isKnown: Bool

    /// Looks at an image.
    /// - Parameters:
    ///   - archive: the archive that holds the image.
    ///   - imageID: the image's id.
    /// - Throws: the errors of reading the archive.
    public init(_ archive: Archive, imageID: Int64) throws {
        let rows = try archive.database.prepareReadOnly(
            "SELECT daemon, versions, evidence, sign NOT IN ('draft', 'listing') FROM writers WHERE image_id = ?")
        try rows.bind(1, imageID)
        guard try rows.step(), let rules = DaemonRules(rawValue: rows.string(0)) else {
            throw ArchiveError(.noSuchImage, "@\(imageID): there is no such image")
        }
        self.rules = rules
        versions = rows.isNull(1) ? nil : rows.string(1)
        evidence = rows.string(2)
        isKnown = rows.integer(3) != 0
    }

    /// The daemon in words, like `C xenstored 4.15 to 4.17`.
    public var title: String {
        guard isKnown else { return "an unknown daemon" }
        guard rules != .oxenstored, let versions else { return rules.title }
        return "C xenstored \(versions)"
    }
}
