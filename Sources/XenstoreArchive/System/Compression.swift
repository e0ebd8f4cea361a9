import XenstoreStream

/// The forms of compressed files that can be read, recognized by a file's first bytes, not by its
/// name.
public enum Compression: String, CaseIterable, Sendable {
    /// Each form has the name of its program.
    case gzip, bzip2, xz, zstd, lz4

    /// The number of bytes needed to recognize the form.
    static let markSize = 10

    /// The form of a file that begins with these bytes; nil if it is not one of them.
    init?(start: Octets) {
        guard let form = Self.allCases.first(where: { $0.marks(start) }) else { return nil }
        self = form
    }

    /// Whether a file that begins with these bytes has this form (RFC 1952; what bzip2 writes; the
    /// xz file format, 2.1.1.1; RFC 8878, 3.1.1; the LZ4 frame format).
    private func marks(_ start: Octets) -> Bool {
        switch self {
        case .gzip: start.starts(with: [0x1F, 0x8B, 0x08])
        case .bzip2:
            // "BZh" alone may begin a text. After it are the size of a block, 1 to 9, and the mark
            // of the first block, or that of the end in an empty file.
            start.starts(with: [0x42, 0x5A, 0x68]) && (0x31...0x39).contains(start.dropFirst(3).first ?? 0)
                && [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]].contains {
                    start.dropFirst(4).starts(with: $0 as [UInt8])
                }
        case .xz: start.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])
        case .zstd: start.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        case .lz4: start.starts(with: [0x04, 0x22, 0x4D, 0x18])
        }
    }

    /// The usual endings of such files' names.
    private var suffixes: [String] {
        switch self {
        case .gzip: [".gz", ".gzip"]
        case .bzip2: [".bz2", ".bzip2"]
        case .xz: [".xz"]
        case .zstd: [".zst", ".zstd"]
        case .lz4: [".lz4"]
        }
    }

    /// The program that decompresses its standard input to its standard output, with its own limit
    /// on memory.
    var command: [String] {
        switch self {
        case .gzip: ["gzip", "-dc"]
        // bzip2 and lz4 need no more than some MB, whatever the file says.
        case .bzip2: ["bzip2", "-dc"]
        case .xz: ["xz", "-dcq", "--format=xz", "--memlimit-decompress=256MiB"]
        case .zstd: ["zstd", "-dcq", "--memory=256MiB"]
        case .lz4: ["lz4", "-dcq"]
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
