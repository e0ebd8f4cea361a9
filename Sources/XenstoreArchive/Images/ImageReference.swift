/// The way a user names an archived image: `@ID`, `@NAME` (the newest of that name), `@latest`,
/// `@latest~N`.
public enum ImageReference: Hashable, Sendable {
    /// The image with an id.
    case id(Int64)
    /// The newest image of a name.
    case name(String)
    /// The image `back` imports before the newest; 0 is the newest itself.
    case latest(back: Int64)

    /// Reads a reference; nil if the text does not begin with `@`, and so names a file.
    /// - Throws: `ArchiveError` with code `noSuchImage` if no image can have this reference.
    public init?(_ text: String) throws(ArchiveError) {
        guard Self.marks(text) else { return nil }
        let name = String(text.dropFirst())
        if let id = Int64(name), id > 0 {
            self = .id(id)
        } else if name == Self.latestWord {
            self = .latest(back: 0)
        } else if name.hasPrefix(Self.latestWord + "~") {
            guard let back = Int64(name.dropFirst(Self.latestWord.count + 1)), back >= 0 else {
                throw ArchiveError(
                    .noSuchImage, "\(text): not a reference to an image",
                    suggestion: "after @latest~ comes a number, like @latest~1")
            }
            self = .latest(back: back)
        } else {
            self = .name(name)
        }
    }

    /// Whether a text is a reference, valid or not, and not a file's name.
    public static func marks(_ text: String) -> Bool {
        text.hasPrefix("@")
    }

    /// Whether a reference to this name would mean an id or `@latest` instead.
    public static func isAmbiguous(name: String) -> Bool {
        Int64(name) != nil || name == latestWord || name.hasPrefix(latestWord + "~")
    }

    static let latestWord = "latest"

    /// The reference as a user writes it.
    public var text: String {
        switch self {
        case .id(let id): "@\(id)"
        case .name(let name): "@\(name)"
        case .latest(let back): back == 0 ? "@latest" : "@latest~\(back)"
        }
    }
}
