import XenstoreStream

/// The forms of compressed files that can be read, recognized by a file's first bytes, not by its
/// name.
public enum Compression: String, CaseIterable, Sendable {
    /// Each form has the name of its program.
    case gzip, xz, zstd

    /// The number of bytes needed to recognize the form.
    static let markSize = 6

    /// The form of a file that begins with these bytes; nil if it is not one of them.
    init?(start: Octets) {
        guard let form = Self.allCases.first(where: { start.starts(with: $0.mark) }) else { return nil }
        self = form
    }

    /// The first bytes of a file of this form (RFC 1952; the xz file format, 2.1.1.1; RFC 8878,
    /// 3.1.1).
    private var mark: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B, 0x08]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    /// The usual endings of such files' names.
    private var suffixes: [String] {
        switch self {
        case .gzip: [".gz", ".gzip"]
        case .xz: [".xz"]
        case .zstd: [".zst", ".zstd"]
        }
    }

    /// The program that decompresses its standard input to its standard output, with its own limit
    /// on memory.
    var command: [String] {
        switch self {
        case .gzip: ["gzip", "-dc"]
        case .xz: ["xz", "-dcq", "--format=xz", "--memlimit-decompress=256MiB"]
        case .zstd: ["zstd", "-dcq", "--memory=256MiB"]
        }
    }

    /// The name without the ending that marks the form: the name of the decompressed file.
    public func unpackedName(_ name: String) -> String {
        for suffix in suffixes where name.utf8.count > suffix.utf8.count && name.lowercased().hasSuffix(suffix) {
            return String(name.dropLast(suffix.count))
        }
        return name
    }
}
