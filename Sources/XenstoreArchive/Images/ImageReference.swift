import XenstoreStream

/// The way a user names an archived image: `@ID`, `@NAME` (the newest of that name), `@latest`,
/// `@latest~N`, and in a series `@SERIES:NAME`, `@SERIES:latest`, `@SERIES:latest~N`, `@SERIES:~N`.
public enum ImageReference: Hashable, Sendable {
    /// The image with an id.
    case id(Int64)
    /// The newest image of a name.
    case name(String)
    /// The image `back` images before the newest, in the order of time; 0 is the newest itself.
    case latest(back: Int64)
    /// A text with a colon: an image of this name, otherwise one of a series. Names and series may
    /// have colons, so only an archive can say which.
    case colon(String)

    /// Reads a reference; nil if the text does not begin with `@`, and so names a file.
    /// - Throws: `ArchiveError` with code `noSuchImage` if no image can have this reference.
    public init?(_ text: String) throws(ArchiveError) {
        guard Self.marks(text) else { return nil }
        let name = String(text.dropFirst())
        if let id = Int64(name), id > 0 {
            self = .id(id)
        } else if name == Self.latestWord {
            self = .latest(back: 0)
        } else if name.utf8.contains(ASCII.colon) {
            self = .colon(name)
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

    /// Whether a reference to this name could mean an id, `@latest` or `@SERIES:latest` instead.
    public static func isAmbiguous(name: String) -> Bool {
        Int64(name) != nil || name == latestWord || name.hasPrefix(latestWord + "~")
            || splits(name).contains { age($0.rest) != nil }
    }

    /// The ways to read a text as a series and what follows its colon.
    static func splits(_ text: String) -> [(series: String, rest: String)] {
        let bytes = Array(text.utf8)
        return bytes.indices.filter { bytes[$0] == ASCII.colon }.map { colon in
            (String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: bytes[(colon + 1)...], as: UTF8.self))
        }
    }

    /// N of `latest~N` and `~N`, 0 for `latest`; nil for another text, which is a name.
    static func age(_ text: String) -> Int64? {
        if text == latestWord { return 0 }
        let rest = text.hasPrefix(latestWord) ? text.dropFirst(latestWord.count) : text[...]
        guard rest.hasPrefix("~"), let back = Int64(rest.dropFirst()), back >= 0 else { return nil }
        return back
    }

    static let latestWord = "latest"

    /// The reference as a user writes it.
    public var text: String {
        switch self {
        case .id(let id): "@\(id)"
        case .name(let name): "@\(name)"
        case .latest(let back): back == 0 ? "@latest" : "@latest~\(back)"
        case .colon(let text): "@\(text)"
        }
    }
}
