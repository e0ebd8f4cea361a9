import TestSupport
import Testing
import XenstoreStream

/// TDB files of the C xenstored as streams of records.
@Suite struct TDBTests {
    private static let real = Fixtures.bytes("databases/xen-4.17-open-transaction.tdb")
    private static let deleted = Fixtures.bytes("databases/xen-4.17-deleted-domain.tdb")

    private func records(_ file: [UInt8], salvaging: Bool = false) throws -> [Record] {
        let image = try TextImage(file, layout: .tdb, salvaging: salvaging)
        let reader = RecordReader(stream: image.stream, format: StreamFormat(text: .tdb))
        return try image.starts.dropLast().enumerated().map { try reader.record(at: $1, number: $0 + 1) }
    }

    private func comingBack(_ file: [UInt8], salvaging: Bool = false) throws -> [UInt8] {
        try records(file, salvaging: salvaging).flatMap { TextImage.line(of: $0, layout: .tdb) }
    }

    private func findings(_ file: [UInt8], salvaging: Bool = false) throws -> [Finding] {
        let detection = try LayoutDetection(bytes: file, forced: .tdb)
        let image = try TextImage(file, layout: .tdb, salvaging: salvaging)
        var scan = ImageScan(header: nil, detection: detection, bytes: image.stream)
        for record in try records(file, salvaging: salvaging) { scan.add(record) }
        return image.findings(scan.finish(trailer: [], size: image.stream.count))
    }

    private func rules(_ file: [UInt8], salvaging: Bool = false) throws -> Set<String> {
        Set(try findings(file, salvaging: salvaging).map(\.rule))
    }

    /// A node as one line: what marks it as pending, path, value, permissions.
    private func lines(_ file: [UInt8], salvaging: Bool = false) throws -> [String] {
        try records(file, salvaging: salvaging).compactMap { record in
            guard case .node(let data) = record.body else { return nil }
            let perms = data.perms.map { entry in
                String(UnicodeScalar(entry.perm)) + "\(entry.domid)" + (entry.isStale ? "!" : "")
            }
            let state =
                data.isCommitted
                ? ""
                : (data.connID == TextImage.pendingConnID ? "pending " : "deleted ") + "\(data.txID) \(data.access) "
            return state + "\(Escape.printable(data.path.octets)) \(Escape.printable(data.value)) "
                + perms.joined(separator: ",")
        }
    }

    // MARK: Real files

    @Test func aRealFileHasItsNodesAndThoseOfItsTransaction() throws {
        #expect(try LayoutDetection(bytes: Self.real).format.layout == .tdb)
        #expect(
            try lines(Self.real).sorted() == [
                "/  n0", "/a  n0", "/a/b hello n0,r3,b4", "/a/c  n0", "/local  n0", "/local/domain  n0",
                "/local/domain/3  n0", "/local/domain/3/name g3 n0", "/tool  n0", "/tool/xenstored  n0",
                "pending 26 1 /a/b hello n0,r3,b4", "pending 26 2 /a  n0", "pending 26 2 /a/new intx n0",
            ])
        #expect(try comingBack(Self.real) == Self.real)
        #expect(try rules(Self.real) == ["freed-record"])
    }

    @Test func deletedNodesOfARealFileAreReadBySalvaging() throws {
        let plain = try lines(Self.deleted)
        #expect(plain.count == 22 && !plain.contains { $0.hasPrefix("deleted") })
        #expect(try comingBack(Self.deleted) == Self.deleted)
        let lines = try lines(Self.deleted, salvaging: true)
        #expect(lines.filter { !$0.hasPrefix("deleted") } == plain)
        #expect(lines.contains("deleted 0 0 /local/domain/1/device/vif/0/mac value-1-device/vif/0/mac n1,r0"))
        #expect(try comingBack(Self.deleted, salvaging: true) == Self.deleted)
    }

    @Test func aDumpOfARealFileHasTheSameNodes() throws {
        for name in ["xen-4.17-open-transaction", "xen-4.17-deleted-domain"] {
            let text = Fixtures.bytes("databases/\(name).tdbdump")
            #expect(try LayoutDetection(bytes: text).format.layout == .tdbdump)
            let image = try TextImage(text, layout: .tdbdump)
            let reader = RecordReader(stream: image.stream, format: StreamFormat(text: .tdbdump))
            let found = try image.starts.dropLast().map { try reader.record(at: $0, number: 1) }
            let file = try records(Fixtures.bytes("databases/\(name).tdb")).filter { $0.type == .nodeData }
            #expect(Set(found.map(\.body)) == Set(file.map(\.body)))
            #expect(found.flatMap { TextImage.line(of: $0, layout: .tdbdump) } == text)
        }
    }

    // MARK: Versions and machines

    @Test(arguments: DatabaseBuilder.Form.all) func everyFormIsRead(_ form: DatabaseBuilder.Form) throws {
        let file = DatabaseBuilder.sample(form).file()
        let pending =
            form.isLater
            ? ["pending 40 1 /local/domain/3/name web03 n3,r0,w5,b6,r4!", "pending 40 2 /odd new n0"] : []
        let committed = [
            "/local/domain/3/name web03 n3,r0,w5,b6,r4!", "/  n0", "/tool  n0", "/odd \\x00\\xffA\\n\" n0",
            "/local  n0",
            "/local/domain  n0", "/local/domain/3  n0",
        ]
        #expect(try lines(file) == committed + pending)
        #expect(try comingBack(file) == file)
        #expect(try rules(file) == ["freed-record", "not-utf8"])
        #expect(
            try lines(file, salvaging: true).filter { $0.hasPrefix("deleted") } == [
                "deleted 0 0 /local/domain/7  n0", "deleted 0 0 /local/domain/7/name gone n0",
                "deleted 0 0 /local/domain/7/vm uuid n0", "deleted 0 0 /odd older n0",
            ])
        #expect(try comingBack(file, salvaging: true) == file)
        #expect(try rules(file, salvaging: true) == ["not-utf8"])
    }

    @Test func theFormOfTheDataDecidesWhenTheVersionIsPatched() throws {
        // Samba's tools open a later file only after such a change.
        var file = Self.real
        file[32] = 0x6D
        #expect(try lines(file) == lines(Self.real))
    }

    // MARK: What contradicts itself

    private func builder() -> DatabaseBuilder {
        DatabaseBuilder.sample(DatabaseBuilder.Form.all.last { $0.byteOrder == .little } ?? DatabaseBuilder.Form.all[0])
    }

    @Test func childrenAndParentsThatContradictEachOtherAreReported() throws {
        var builder = builder()
        builder.add(DatabaseBuilder.Node("/tool/unnamed", "x"))
        builder.add(DatabaseBuilder.Node("/gone/deep", "x"))
        builder.add(DatabaseBuilder.Node("/local/domain/3/name/a", "x", children: ["b", "c"]))
        let file = builder.file()
        let found = try findings(file).filter { $0.severity == .error }
        #expect(
            found.map { "\($0.rule): \($0.message)" } == [
                "unnamed-child: \"/tool/unnamed\" is not among the children of its parent, so clients do not see it",
                "missing-parent: \"/gone/deep\" has no parent",
                "missing-child: \"/local/domain/3/name/a\" names the child \"b\" and 1 more, "
                    + "of which the database has no node",
                "unnamed-child: \"/local/domain/3/name/a\" is not among the children of its parent, "
                    + "so clients do not see it",
            ])
        #expect(found.allSatisfy { ($0.offset ?? 0) > builder.recordsStart })
    }

    @Test func aRecordThatIsNoNodeIsKeptAndReported() throws {
        for (key, data) in [
            ("nopath", Array("data".utf8)), ("/short", [0, 0, 0]), ("99999999999/x", []), ("7x/x", []), ("", []),
            ("/liar", [1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]),
        ] {
            var builder = builder()
            builder.add(key: Array(key.utf8), data: data)
            let file = builder.file()
            #expect(try rules(file) == ["freed-record", "not-utf8", "tdb-data"], "\(key)")
            #expect(try comingBack(file) == file)
        }
        var builder = builder()
        var node = DatabaseBuilder.Node("/tool/far")
        node.perms = [(70_000, 0)]
        builder.add(node)
        #expect(try rules(builder.file()).contains("tdb-data"))
        node.perms = [(0, 4)]
        builder.add(node)
        #expect(try rules(builder.file()).contains("set-pad"))
    }

    @Test func chainsThatLeadAstrayAreReportedWithTheirPlace() throws {
        let builder = builder()
        let file = builder.file()
        let head = try #require(stride(from: 172, to: builder.recordsStart, by: 4).first { file[$0 + 1] != 0 })
        // Nowhere, to itself, and to a freed record.
        for (place, value, rule) in [
            (head, UInt32(9), "tdb-chain"), (builder.recordsStart, UInt32(builder.recordsStart), "tdb-chain"),
            (168, 4, "tdb-free-list"), (168, UInt32(builder.recordsStart), "tdb-free-list"),
            (builder.recordsStart + 16, 77, "tdb-hash"),
        ] {
            var broken = file
            withUnsafeBytes(of: value.littleEndian) { broken.replaceSubrange(place..<place + 4, with: $0) }
            let found = try findings(broken)
            #expect(found.contains { $0.rule == rule && $0.offset == place }, "\(place): \(found.map(\.message))")
            #expect(try comingBack(broken) == broken)
        }
    }

    // MARK: Damage

    private func refusal(_ file: [UInt8]) -> StreamError? {
        do throws(StreamError) {
            _ = try TextImage(file, layout: .tdb)
            return nil
        } catch {
            return error
        }
    }

    @Test func aDamagedFileIsRefusedWithThePlace() throws {
        let builder = builder()
        let file = builder.file()
        let start = builder.recordsStart
        func changed(_ offset: Int, _ value: UInt32) -> [UInt8] {
            var file = file
            withUnsafeBytes(of: value.littleEndian) { file.replaceSubrange(offset..<offset + 4, with: $0) }
            return file
        }
        let size = Int(file[start + 4])
        #expect(refusal(file) == nil)
        for (broken, offset) in [
            (changed(start + 24 + size - 4, 5), start + 24 + size - 4), (changed(start + 20, 5), start + 20),
            (changed(start + 4, 0xFFFF_FFFC), start + 4), (changed(start + 4, 0), start + 4),
            (changed(start + 8, 0xFFFF_FFFF), start + 8), (changed(32, 5), 32), (changed(36, 0xFFFF_FFFF), 36),
            (changed(36, 0), 36), (Array(file.prefix(100)), 100),
        ] {
            let error = try #require(refusal(broken))
            #expect(error.offset == offset, "\(error)")
            #expect(try comingBack(broken, salvaging: true) == broken)
        }
        #expect(refusal(Array(file.dropLast(10)))?.code == .damaged)
    }

    @Test func aTornRecordCostsOnlyItself() throws {
        let builder = builder()
        let file = builder.file()
        let expected = try lines(file, salvaging: true)
        // The first record's end, then its magic.
        var torn = file
        let end = builder.recordsStart + 24 + Int(file[builder.recordsStart + 4])
        for index in (end - 4)..<end { torn[index] = 0x55 }
        #expect(try lines(torn, salvaging: true) == expected)
        #expect(try rules(torn, salvaging: true).isSuperset(of: ["tdb-tailer"]))
        torn[builder.recordsStart + 20] = 0
        #expect(try lines(torn, salvaging: true) == Array(expected.dropFirst()))
        #expect(try rules(torn, salvaging: true).contains("damaged-span"))
        // A file that is cut off, and one without its beginning.
        let cut = Array(file.dropLast(100))
        #expect(try lines(cut, salvaging: true) == expected)
        let headless = Array(file.dropFirst(40))
        #expect(try lines(headless, salvaging: true) == expected)
        #expect(try comingBack(headless, salvaging: true) == headless)
    }

    /// A guest may write a value that looks like a record.
    @Test func aRecordInAValueIsNone() throws {
        for state in [DatabaseBuilder.State.used, .freed] {
            var fake = DatabaseBuilder(builder().form)
            fake.add(DatabaseBuilder.Node("/forged", "x"))
            var builder = builder()
            var node = DatabaseBuilder.Node("/tool/v")
            node.value = [0x41] + fake.file()[fake.recordsStart...]
            builder.add(node, state: state)
            for salvaging in [false, true] {
                #expect(try !lines(builder.file(), salvaging: salvaging).contains { $0.contains("/forged ") })
            }
        }
    }

    @Test func anyDamageIsRefusedOrKept() throws {
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            let form = DatabaseBuilder.Form.all[random.below(DatabaseBuilder.Form.all.count)]
            let builder = DatabaseBuilder.sample(form)
            var file = builder.file()
            for _ in 0..<(1 + random.below(4)) {
                // The records more often than the heads of the chains.
                let first = random.chance(80) ? min(builder.recordsStart, file.count - 1) : 0
                let place = first + random.below(file.count - first)
                switch random.below(6) {
                case 0: file[place] = UInt8(random.below(256))
                case 1: file.removeSubrange(place..<min(file.count - 1, place + random.below(60)))
                case 2: file.insert(contentsOf: file[place..<min(place + 30, file.count)], at: place)
                case 3: for index in place..<min(place + 4, file.count) { file[index] = [0, 0xFF][random.below(2)] }
                case 4: file.swapAt(place, random.below(file.count))
                default: file.removeLast(min(file.count - 1, random.below(40)))
                }
            }
            if (try? TextImage(file, layout: .tdb)) != nil {
                #expect(try comingBack(file) == file, "seed \(seed)")
                _ = try findings(file)
            }
            #expect(try comingBack(file, salvaging: true) == file, "seed \(seed)")
            _ = try findings(file, salvaging: true)
        }
    }
}
