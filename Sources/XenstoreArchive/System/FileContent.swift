import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The content of a file: its bytes, decompressed if the file is compressed.
public struct FileContent {
    /// The bytes, without the compression.
    public let bytes: [UInt8]
    /// How the file is compressed; nil if it is not.
    public let compression: Compression?
    /// Why decompressing failed; `bytes` then holds those before the failure. Nil if it succeeded.
    public let problem: String?
    /// The SHA-256 of the file with its compression, if it could be read only once; otherwise nil.
    let sourceSHA256: String?

    /// The default limit for a compressed file, or one whose size is not known before, in bytes.
    public static let standardLimit = 1 << 30

    /// Reads a whole file, or standard input for `-`.
    /// - Parameters:
    ///   - path: the file's name.
    ///   - limit: the most bytes that a compressed file, a pipe or a device may give. A plain file
    ///     is on a disk already, and has no limit.
    /// - Throws: `ArchiveError` with code `file` if the file cannot be read, `tooLarge` if it
    ///   exceeds the limit. A damaged compressed file is not an error, but has a `problem`.
    public init(of path: String, limit: Int = standardLimit) throws {
        self = try FileIO.reading(path) { descriptor, status in
            guard status.st_mode & S_IFMT == S_IFREG else {
                let bytes = try FileIO.readRest(descriptor, named: path, limit: limit)
                guard bytes.count <= limit else { throw Self.excess(path, "gives", limit) }
                guard let form = Compression(start: bytes[...]) else { return FileContent(bytes) }
                let copy = try Unpacker.temporaryFile(bytes)
                defer { close(copy) }
                return try Self.unpacked(path, copy, form, limit, sourceSHA256: Digest.sha256(bytes))
            }
            if let form = Compression(start: try Self.start(path, descriptor, Compression.markSize)[...]) {
                return try Self.unpacked(path, descriptor, form, limit)
            }
            return FileContent(try FileIO.readRest(descriptor, named: path, expected: Int(status.st_size)))
        }
    }

    init(_ bytes: [UInt8], compression: Compression? = nil, problem: String? = nil, sourceSHA256: String? = nil) {
        self.bytes = bytes
        self.compression = compression
        self.problem = problem
        self.sourceSHA256 = sourceSHA256
    }

    private static func unpacked(
        _ path: String, _ descriptor: Int32, _ form: Compression, _ limit: Int, sourceSHA256: String? = nil
    ) throws -> FileContent {
        let (bytes, end) = try Unpacker(form: form, path: path).unpack(descriptor, limit: limit)
        switch end {
        case .complete: return FileContent(bytes, compression: form, sourceSHA256: sourceSHA256)
        case .failed(let message):
            return FileContent(bytes, compression: form, problem: message, sourceSHA256: sourceSHA256)
        case .tooLarge: throw excess(path, "decompresses to", limit)
        }
    }

    /// - Parameter verb: how the file comes to its bytes, like "gives".
    static func excess(_ path: String, _ verb: String, _ limit: Int) -> ArchiveError {
        ArchiveError(
            .tooLarge, "\(path): the file \(verb) more than \(limit) bytes"
        )
    }

    /// The first bytes of the content of a regular file, without reading all of it.
    /// - Returns: up to `count` bytes; fewer if the content is shorter.
    /// - Throws: `ArchiveError` with code `file` if the file cannot be read.
    public static func start(of path: String, count: Int) throws -> [UInt8] {
        try FileIO.reading(path) { descriptor, _ in try start(path, descriptor, count: count).bytes }
    }

    /// The first bytes of the content of a regular file that is open at its start, and stays there.
    static func start(
        _ path: String, _ descriptor: Int32, count: Int
    ) throws -> (compression: Compression?, bytes: [UInt8]) {
        let bytes = try start(path, descriptor, max(count, Compression.markSize))
        guard let form = Compression(start: bytes[...]) else { return (nil, Array(bytes.prefix(count))) }
        let start = try Unpacker(form: form, path: path).unpack(descriptor, limit: count).bytes
        lseek(descriptor, 0, SEEK_SET)
        return (form, start)
    }

    /// Reads at the start without moving the descriptor's position.
    private static func start(_ path: String, _ descriptor: Int32, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, 0)
        guard got >= 0 else { throw FileIO.failure(path, "reading failed at byte 0") }
        return Array(bytes.prefix(got))
    }
}
