import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The text files of this repository, read once.
enum Repository {
    /// Results of building and running, and the data of the version control.
    private static let skipped: Set = [".git", ".build", "demo", "Corpus", "Package.resolved"]

    static let files: [TextFile] = {
        var files: [TextFile] = []
        func collect(_ directory: String) {
            for name in Files.list(Fixtures.root + "/" + directory)
            where !skipped.contains(name) && !name.hasPrefix(".build") {
                let path = directory.isEmpty ? name : directory + "/" + name
                guard !isLink(path) else { continue }
                guard Files.list(Fixtures.root + "/" + path).isEmpty else {
                    collect(path)
                    continue
                }
                let bytes = Files.read(Fixtures.root + "/" + path)
                let isBinary = bytes.withUnsafeBytes { buffer in
                    buffer.baseAddress.map { memchr($0, 0, buffer.count) != nil } ?? false
                }
                if !isBinary, String(validating: bytes, as: UTF8.self) != nil {
                    files.append(TextFile(path: path, bytes: bytes))
                }
            }
        }
        collect("")
        return files
    }()

    /// The Swift files, with what each byte of them is.
    static let swiftFiles: [SwiftFile] = files.filter { $0.path.hasSuffix(".swift") }.map(SwiftFile.init)

    static func files(under directory: String, suffix: String) -> [TextFile] {
        files.filter { $0.path.hasPrefix(directory) && $0.path.hasSuffix(suffix) }
    }

    static func swiftFiles(under directory: String) -> [SwiftFile] {
        swiftFiles.filter { $0.path.hasPrefix(directory) }
    }

    static func text(_ path: String) throws -> String {
        try #require(files.first { $0.path == path }, "\(path)").text
    }

    /// A linked file is read at its own place only.
    private static func isLink(_ path: String) -> Bool {
        var byte: CChar = 0
        return readlink(Fixtures.root + "/" + path, &byte, 1) >= 0
    }
}

@Suite struct RepositoryTests {
    @Test func theRepositoryIsFound() {
        #expect(Repository.swiftFiles(under: "Sources/").count > 60)
        #expect(Repository.swiftFiles(under: "Tests/").count > 50)
        #expect(Repository.files.contains { $0.path == "Makefile" })
    }

    @Test func linesEndBeforeTheirLineFeeds() {
        #expect(Array("a\n\nbc".utf8).lines == [0..<1, 2..<2, 3..<5])
        #expect(Array("a\n".utf8).lines == [0..<1])
        #expect([UInt8]().lines == [])
    }

    @Test func widthCountsScalars() {
        let bytes = Array("aä€b".utf8)
        #expect(bytes.width(0..<bytes.count) == 4)
    }

    @Test func everyOccurrenceIsFound() {
        #expect(Array("aXaXXa".utf8).offsets(of: "X") == [1, 3, 4])
        #expect(Array("aaa".utf8).offsets(of: "aa") == [0, 1])
        #expect(Array("abc".utf8).offsets(of: "x") == [])
    }
}
