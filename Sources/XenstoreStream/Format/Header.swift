/// The 16 bytes that begin every stream, always big-endian (xenstore-migration.md, "Header").
///
///      0    1    2    3    4    5    6    7   byte
///     +----+----+----+----+----+----+----+----+
///     | ident: "xenstore"                     |
///     +-------------------+-------------------+
///     | version           | flags             |
///     +-------------------+-------------------+
public struct Header: Hashable, Sendable {
    /// 8 bytes, the ASCII letters `xenstore`.
    public static let ident: [UInt8] = Array("xenstore".utf8)
    /// The header's length in bytes.
    public static let size = 16

    /// The version of the format: 1 or 2 in the published documents.
    public var version: UInt32
    /// Bit 0 is the byte order (0 little, 1 big); the other bits are reserved and kept as they are.
    public var flags: UInt32

    /// A header with these numbers.
    public init(version: UInt32, flags: UInt32) {
        self.version = version
        self.flags = flags
    }

    /// The header of a clean stream in `format`.
    public init(format: StreamFormat) {
        self.init(version: format.layout.headerVersion, flags: format.byteOrder == .big ? 1 : 0)
    }

    /// The byte order of everything after the header, by bit 0 of `flags`.
    public var byteOrder: ByteOrder {
        flags & 1 == 1 ? .big : .little
    }

    /// The flag bits that the documents reserve; zero in a clean stream.
    public var reservedFlags: UInt32 {
        flags & ~1
    }

    /// Whether the bytes begin like a stream. A command that begins with the same word does not:
    /// the version of a stream is no text.
    package static func begins(_ bytes: [UInt8]) -> Bool {
        let ends = [ASCII.newline, ASCII.carriageReturn]
        return bytes.starts(with: ident)
            && !bytes.dropFirst(ident.count).prefix(4).allSatisfy { ASCII.isPrintable($0) || ends.contains($0) }
    }

    /// Reads the header at the start of `bytes`.
    /// - Throws: `StreamError` if there are too few bytes or they do not begin with `xenstore`.
    public init(bytes: [UInt8]) throws(StreamError) {
        guard !bytes.isEmpty else {
            throw StreamError(
                .empty, offset: 0, reason: "the file is empty")
        }
        guard bytes.starts(with: Header.ident) else {
            throw StreamError(
                .notAStream, offset: 0,
                reason: "the file does not begin with \"xenstore\", so it is not a xenstore migration stream")
        }
        guard bytes.count >= Header.size else {
            throw StreamError(
                .truncated, offset: bytes.count, reason: "the header needs 16 bytes, the file has \(bytes.count)")
        }
        version = ByteOrder.big.integer(UInt32.self, at: 8, of: bytes)
        flags = ByteOrder.big.integer(UInt32.self, at: 12, of: bytes)
    }

    /// The header's 16 bytes.
    public var bytes: [UInt8] {
        var result = Header.ident
        for number in [version, flags] {
            withUnsafeBytes(of: number.bigEndian) { result.append(contentsOf: $0) }
        }
        return result
    }
}
