import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where an image comes from, as the custody log states it.
public struct Provenance: Equatable, Sendable {
    /// What is done.
    public var action: CustodyEntry.Action
    /// The file, or the image from which it was made, like `@3`; nil if unknown.
    public var source: String?
    /// Why, or what else a reader should know; nil if there is nothing to say.
    public var note: String?

    /// What is done, from which source, and why.
    public init(_ action: CustodyEntry.Action = .import, source: String? = nil, note: String? = nil) {
        self.action = action
        self.source = source
        self.note = note
    }

    /// The import of a file, with its absolute path as the source; `-` is standard input.
    public static func file(_ path: String) -> Provenance {
        guard path != "-" else { return Provenance(source: "standard input") }
        guard let resolved = realpath(path, nil) else { return Provenance(source: path) }
        defer { free(resolved) }
        return Provenance(source: String(cString: resolved))
    }
}
