import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where an image comes from, as the custody log tells it.
public struct Provenance: Equatable, Sendable {
    public var action: CustodyEntry.Action
    /// The file, or the image it was made of, like `@3`.
    public var source: String?
    public var note: String?

    public init(_ action: CustodyEntry.Action = .import, source: String? = nil, note: String? = nil) {
        self.action = action
        self.source = source
        self.note = note
    }

    /// The import of a file, which is told by its whole path; `-` is standard input.
    public static func file(_ path: String) -> Provenance {
        guard path != "-" else { return Provenance(source: "standard input") }
        guard let resolved = realpath(path, nil) else { return Provenance(source: path) }
        defer { free(resolved) }
        return Provenance(source: String(cString: resolved))
    }
}
