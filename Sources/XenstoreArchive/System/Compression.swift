import XenstoreStream

/// The forms of compressed files that can be read, known by how a file begins and not by its name.
public enum Compression: String, CaseIterable, Sendable {
    case gzip, xz, zstd

    /// How many bytes it takes to know the form.
    static let markSize = 6

    /// The form of a file that begins like this; nil where it is none of them.
    init?(start: Octets) {
        guard let form = Self.allCases.first(where: { start.starts(with: $0.mark) }) else { return nil }
        self = form
    }

    /// How a file of this form begins (RFC 1952; the xz file format, 2.1.1.1; RFC 8878, 3.1.1).
    private var mark: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B, 0x08]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    /// The endings by which people mark such files.
    private var suffixes: [String] {
        switch self {
        case .gzip: [".gz", ".gzip"]
        case .xz: [".xz"]
        case .zstd: [".zst", ".zstd"]
        }
    }

    /// The program that unpacks its standard input to its standard output, within bounds of its own for memory.
    var command: [String] {
        switch self {
        case .gzip: ["gzip", "-dc"]
        case .xz: ["xz", "-dcq", "--format=xz", "--memlimit-decompress=256MiB"]
        case .zstd: ["zstd", "-dcq", "--memory=256MiB"]
        }
    }

    /// What `name` is called once it is unpacked.
    public func unpackedName(_ name: String) -> String {
        for suffix in suffixes where name.utf8.count > suffix.utf8.count && name.lowercased().hasSuffix(suffix) {
            return String(name.dropLast(suffix.count))
        }
        return name
    }
}
