import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Ids of paths: in the first image of an archive their places in the image's table, later the
/// next free ones.
@Suite struct PathInternerTests {
    private let fixture: ArchiveFixture

    init() throws {
        fixture = try ArchiveFixture()
    }

    /// The ids of an image's paths, asked for in the order of `asked`.
    private func ids(_ paths: [String], asked: [Int]? = nil) throws -> [Int64] {
        let bytes = Array(paths.joined().utf8)
        var table = PathTable(bytes: bytes)
        var ranges: [Range<Int>] = []
        var start = 0
        for path in paths {
            ranges.append(start..<start + path.utf8.count)
            _ = table.insert(bytes[start..<start + path.utf8.count])
            start += path.utf8.count
        }
        return try bytes.withUnsafeBytes { image in
            let interner = try PathInterner(fixture.archive.database, table, image: image)
            return try (asked ?? Array(paths.indices)).map { index in
                let path = UnsafeRawBufferPointer(rebasing: image[ranges[index]])
                return try interner.id(of: path, index: Int32(table.index(of: bytes[ranges[index]]) ?? -1))
            }
        }
    }

    private func stored() throws -> [String] {
        try fixture.strings("SELECT path_id || ' ' || path FROM path ORDER BY path_id")
    }

    @Test func theFirstImagesPathsAreAllStoredWhateverIsAskedFor() throws {
        #expect(try ids(["/a", "/b", "/a/c"], asked: [2, 0]) == [3, 1])
        #expect(try stored() == ["1 /a", "2 /b", "3 /a/c"])
    }

    @Test func aPathThatComesTwiceHasOneID() throws {
        #expect(try ids(["/a", "/b", "/a"]) == [1, 2, 1])
        #expect(try stored() == ["1 /a", "2 /b"])
    }

    @Test func manyPathsOfAFirstImageAreStored() throws {
        let paths = (0..<1000).map { "/local/domain/\($0)" }
        #expect(try ids(paths, asked: Array(paths.indices.reversed())) == (1...1000).reversed().map { Int64($0) })
        #expect(try fixture.count("SELECT count(DISTINCT path) FROM path") == 1000)
    }

    @Test func aLaterImageStoresOnlyWhatIsAskedForAndNew() throws {
        #expect(try ids(["/a", "/b"]) == [1, 2])
        #expect(try ids(["/c", "/a", "/d", "/e"], asked: [0, 1, 3]) == [3, 1, 4])
        #expect(try stored() == ["1 /a", "2 /b", "3 /c", "4 /e"])
    }

    @Test func theIndexOfTheTextIsThereAfterwards() throws {
        _ = try ids(["/a"])
        #expect(try fixture.count("SELECT count(*) FROM sqlite_schema WHERE name = 'path_text'") == 1)
    }

    @Test func anImageWithoutPathsIsNoFirstImage() throws {
        #expect(try ids([]) == [])
        #expect(try ids(["/a"]) == [1])
        #expect(try fixture.count("SELECT count(*) FROM sqlite_schema WHERE name = 'path_text'") == 1)
    }

    @Test func anIDThatNoImportGivesIsDamage() throws {
        try fixture.archive.database.execute("INSERT INTO path (path_id, path) VALUES (1 << 60, '/x')")
        #expect { try ids(["/a"]) } throws: { ($0 as? ArchiveError)?.code == .damaged }
    }
}
