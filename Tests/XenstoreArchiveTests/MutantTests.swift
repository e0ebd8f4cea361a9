import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// A few thousand damaged streams; `make mutants` runs ten thousand through the program itself.
@Suite struct MutantTests {
    private static let count = 2400
    private static let parts = 12

    @Test(arguments: 0..<parts) func mutantsAreRefusedOrComeOutAsTheyWentIn(_ part: Int) throws {
        let perPart = Self.count / Self.parts
        var refused = 0
        let archive = try Archive.inMemory()
        for seed in UInt64(part * perPart)..<UInt64((part + 1) * perPart) {
            var mutator = Mutator(seed: seed)
            let (base, format) = try mutator.base()
            let (bytes, kinds) = mutator.mutate(base, format.byteOrder)
            let image = ScannedImage(salvaging: bytes)
            #expect(try exported(image, archive, "\(seed)") == bytes, "seed \(seed): \(kinds) in \(format), salvaged")
            do {
                let strict = try ScannedImage(bytes: bytes)
                #expect(try exported(strict, archive, "\(seed)") == bytes, "seed \(seed): \(kinds) in \(format)")
            } catch let error as StreamError {
                refused += 1
                #expect(error.offset >= 0 && error.offset <= bytes.count, "seed \(seed): \(error)")
                #expect(!error.reason.isEmpty, "seed \(seed)")
                #expect(image.isSalvaged, "seed \(seed): refused, and whole all the same")
            }
        }
        #expect(refused > perPart / 4 && refused < perPart)
    }

    /// Files that once failed, found by the fuzzers.
    @Test func findsOfTheFuzzersComeOutAsTheyWentIn() throws {
        let names = Files.list(Fixtures.path("finds")).filter { $0.hasSuffix(".bin") }
        #expect(!names.isEmpty)
        for name in names {
            let bytes = Fixtures.bytes("finds/" + name)
            let archive = try Archive.inMemory()
            #expect(try exported(ScannedImage(salvaging: bytes), archive, "salvaged") == bytes, "\(name)")
            // One more byte makes it the continuation of a chain.
            #expect(try exported(ScannedImage(salvaging: bytes + [0]), archive, "longer") == bytes + [0], "\(name)")
            if let image = try? ScannedImage(bytes: bytes) {
                #expect(try exported(image, archive, "plain") == bytes, "\(name)")
            }
        }
    }

    /// An earlier layout does not define a later one's types, so their bodies may be anything.
    @Test(arguments: [Layout.draft, .v1]) func typesOfLaterLayoutsNeedNotHaveTheirFields(_ layout: Layout) throws {
        let format = StreamFormat(layout: layout)
        var writer = StreamWriter(header: Header(format: format), format: format)
        var types: [UInt32] = []
        for type in RecordType.known where type > layout.lastRecordType {
            try writer.write(.opaque(OpaqueData(type: type, body: [1, 2, 3])))
            types.append(type.rawValue)
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        let archive = try Archive.inMemory()
        #expect(try exported(ScannedImage(bytes: writer.bytes, layout: layout), archive, "later") == writer.bytes)
        let rows = try archive.database.prepare(
            "SELECT type FROM records WHERE image_id = 1 AND type > 0 ORDER BY record_id")
        for type in types { #expect(try rows.step() && rows.integer(0) == Int64(type)) }
    }

    private func exported(_ image: ScannedImage, _ archive: Archive, _ name: String) throws -> [UInt8] {
        let outcome = try Importer(archive).store(image, label: ImageLabel(name: name))
        var bytes: [UInt8] = []
        try archive.export(archive.image(id: outcome.imageID)) { bytes += $0 }
        return bytes
    }

    /// Every byte of any file is in exactly one of the header, a record, a damaged span or the
    /// trailer.
    @Test func everyByteHasAPlace() throws {
        for seed in UInt64(0)..<1500 {
            var mutator = Mutator(seed: seed &+ 1_000_000)
            let (base, format) = try mutator.base()
            let (bytes, kinds) = mutator.mutate(base, format.byteOrder)
            var reader = SalvageReader(bytes: bytes, format: format)
            var place = reader.header == nil ? 0 : Header.size
            while let item = reader.next() {
                #expect(item.offset == place, "seed \(seed): \(kinds) in \(format)")
                switch item {
                case .record(let record): place += record.size
                case .damage(let damage): place += damage.bytes.count
                }
            }
            #expect(place + reader.trailer.count == bytes.count, "seed \(seed): \(kinds) in \(format)")
        }
    }
}
