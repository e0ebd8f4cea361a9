import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Compressed files are recognized by their content and decompressed within a limit.
@Suite struct UnpackerTests {
    /// The content of each of the files below: 900 bytes.
    private static let content = Array(String(repeating: "xenstore ", count: 100).utf8)

    private static let packed: [Compression: [UInt8]] = [
        .gzip: [
            0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xAB, 0x48, 0xCD, 0x2B, 0x2E, 0xC9,
            0x2F, 0x4A, 0x55, 0xA8, 0x18, 0x65, 0x8C, 0x32, 0x46, 0x19, 0x03, 0xC1, 0x00, 0x00, 0xBA, 0xDC,
            0x41, 0x64, 0x84, 0x03, 0x00, 0x00,
        ],
        .bzip2: [
            0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x1C, 0x03, 0x63, 0x77, 0x00, 0x01,
            0xC1, 0x91, 0x80, 0x40, 0x00, 0x02, 0x01, 0x9C, 0x40, 0x20, 0x00, 0x50, 0x86, 0x04, 0x05, 0x2A,
            0x21, 0xE5, 0x38, 0x45, 0xE9, 0x16, 0x91, 0x74, 0x8B, 0x48, 0xB0, 0x8B, 0x08, 0xB4, 0x8B, 0x48,
            0xBF, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0x1C, 0x03, 0x63, 0x77,
        ],
        .xz: [
            0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00, 0x01, 0x69, 0x22, 0xDE, 0x36, 0x02, 0x00, 0x21, 0x01,
            0x16, 0x00, 0x00, 0x00, 0x74, 0x2F, 0xE5, 0xA3, 0xE0, 0x03, 0x83, 0x00, 0x15, 0x5D, 0x00, 0x3C,
            0x19, 0x4A, 0x22, 0x3B, 0x55, 0x63, 0x1D, 0x05, 0x97, 0x9F, 0x11, 0xEF, 0x6D, 0x26, 0x5C, 0x63,
            0xDA, 0x04, 0x6E, 0x00, 0x00, 0x00, 0x00, 0x00, 0xBA, 0xDC, 0x41, 0x64, 0x00, 0x01, 0x2D, 0x84,
            0x07, 0x00, 0x00, 0x00, 0xDE, 0xEC, 0xD6, 0xA1, 0x3E, 0x30, 0x0D, 0x8B, 0x02, 0x00, 0x00, 0x00,
            0x00, 0x01, 0x59, 0x5A,
        ],
        .zstd: [
            0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x85, 0x00, 0x00, 0x48, 0x78, 0x65, 0x6E, 0x73, 0x74, 0x6F,
            0x72, 0x65, 0x20, 0x01, 0x00, 0x78, 0x59, 0x95, 0x23, 0x71, 0xB1, 0xE5, 0x1F,
        ],
        .lz4: [
            0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7, 0x16, 0x00, 0x00, 0x00, 0x9F, 0x78, 0x65, 0x6E, 0x73,
            0x74, 0x6F, 0x72, 0x65, 0x20, 0x09, 0x00, 0xFF, 0xFF, 0xFF, 0x66, 0x50, 0x74, 0x6F, 0x72, 0x65,
            0x20, 0x00, 0x00, 0x00, 0x00, 0x28, 0x78, 0x8E, 0x55,
        ],
    ]

    private func unpacked(
        _ form: Compression, _ bytes: [UInt8], limit: Int = 10_000
    ) throws -> (bytes: [UInt8], end: Unpacker.End) {
        let file = try Unpacker.temporaryFile(bytes)
        defer { close(file) }
        return try Unpacker(form: form, path: "test").unpack(file, limit: limit)
    }

    @Test(arguments: Compression.allCases) func aFileIsRecognizedByItsContent(_ form: Compression) throws {
        let bytes = try #require(Self.packed[form])
        #expect(Compression(start: bytes.prefix(Compression.markSize)) == form)
        #expect(Compression(start: bytes.prefix(2)) == nil)
    }

    @Test(arguments: ["", "xenstore ", "\u{1F}", "BZh9", "BZh9 is a mark of bzip2"]) func anyOtherFileIsNotPacked(
        _ text: String
    ) {
        #expect(Compression(start: Octets(text.utf8)) == nil)
    }

    @Test(arguments: Compression.allCases) func aWholeFileIsUnpacked(_ form: Compression) throws {
        let (bytes, end) = try unpacked(form, try #require(Self.packed[form]))
        #expect(bytes == Self.content)
        #expect(end == .complete)
    }

    @Test(arguments: Compression.allCases) func aFileThatIsCutFailsWithAReason(_ form: Compression) throws {
        let (bytes, end) = try unpacked(form, try #require(Self.packed[form]).dropLast(5))
        #expect(Self.content.starts(with: bytes))
        guard case .failed(let message) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(!message.isEmpty && !message.hasPrefix(form.command[0]))
    }

    @Test(arguments: Compression.allCases) func noMoreThanTheLimitIsTaken(_ form: Compression) throws {
        let file = try #require(Self.packed[form])
        let (bytes, end) = try unpacked(form, file, limit: 899)
        #expect(bytes == Array(Self.content.dropLast()))
        #expect(end == .tooLarge)
        #expect(try unpacked(form, file, limit: 900).end == .complete)
    }

    @Test(arguments: Compression.allCases) func whatIsNotPackedFails(_ form: Compression) throws {
        let (bytes, end) = try unpacked(form, Array("not packed at all".utf8))
        #expect(bytes == [])
        #expect(end != .complete && end != .tooLarge)
    }

    @Test(arguments: Compression.allCases) func aFileIsReadAsWhatIsInIt(_ form: Compression) throws {
        let folder = TemporaryFolder()
        let path = folder.file("no-suffix")
        Files.write(try #require(Self.packed[form]), path)
        let content = try FileContent(of: path)
        #expect(content.bytes == Self.content)
        #expect(content.compression == form)
        #expect(content.problem == nil)
        #expect(try FileContent.start(of: path, count: 20) == Array(Self.content.prefix(20)))
        #expect(throws: ArchiveError.self) { try FileContent(of: path, limit: 899) }
    }
}
