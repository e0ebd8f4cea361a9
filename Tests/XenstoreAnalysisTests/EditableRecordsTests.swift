import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Unchanged nodes are written as the bytes they were read from, which must equal their encoded
/// fields.
@Suite struct EditableRecordsTests {
    /// The image read from bytes, whose nodes have an origin, and the same one made from records,
    /// which have none.
    private func both(_ bytes: [UInt8], _ name: String) throws -> (EditableImage, EditableImage, Alterations)? {
        guard let image = try? ScannedImage(bytes: bytes) else { return nil }
        var alterations = Alterations()
        let read = try EditableImage(ImageSource(name: name, file: image), &alterations)
        return (read, EditableImage(Array(read.records), format: image.format), alterations)
    }

    private func plans(_ layout: Layout) -> [Rebuild] {
        var plans = [Rebuild()]
        for layout in [Layout.draft, .v1, .v2, .oxenstored] {
            var plan = Rebuild()
            plan.form.layout = layout
            plans.append(plan)
        }
        for (order, rule) in [(ByteOrder.big, LengthRule.body), (.little, .padded), (.big, .padded), (.little, .body)] {
            var plan = Rebuild()
            plan.form = Rebuild.Form(layout: layout.isText ? .v1 : layout, byteOrder: order, lengthRule: rule)
            plans.append(plan)
        }
        var edited = Rebuild()
        edited.edits = [
            .drop(.sockets), .set(Octets("/new/one".utf8), value: [1, 0, 2]),
            .set(Octets("/tool".utf8), value: Octets("x".utf8)),
        ]
        plans.append(edited)
        var part = Rebuild()
        part.selections = [.domain(0), .subtree(Octets("/local".utf8))]
        plans.append(part)
        return plans
    }

    private func outcome(_ plan: Rebuild, _ image: EditableImage, _ alterations: Alterations) -> String {
        do {
            let stream = try plan.run(image, alterations)
            return "\(stream.image.sha256) \(stream.alterations.lines) \(stream.warnings)"
        } catch { return "\(error)" }
    }

    private func expectSame(_ bytes: [UInt8], _ name: String) throws -> Int {
        guard let (read, made, alterations) = try both(bytes, name) else { return 0 }
        for (number, plan) in plans(read.format.layout).enumerated() {
            #expect(outcome(plan, read, alterations) == outcome(plan, made, alterations), "\(name), plan \(number)")
        }
        return read.records.indices.count { read.records.origin($0) != nil }
    }

    @Test(arguments: Fixtures.cleanNames) func realImagesComeOutAsTheirFieldsGive(_ name: String) throws {
        #expect(try expectSame(Fixtures.bytes(name), name) > 0 || Fixtures.bytes(name).starts(with: "$xenstored".utf8))
    }

    @Test func generatedImagesComeOutAsTheirFieldsGive() throws {
        var origins = 0
        for seed in UInt64(0)..<30 {
            var mutator = Mutator(seed: seed &+ 9_000_000)
            let (base, format) = try mutator.base()
            origins += try expectSame(base, "seed \(seed)")
            origins += try expectSame(mutator.mutate(base, format.byteOrder).bytes, "seed \(seed), changed")
        }
        #expect(origins > 200)
    }

    @Test func aRecordThatIsSetHasNoOriginAnyMore() throws {
        var records = EditableRecords()
        records.append(node("/", ""), origin: 16)
        records.append(node("/a", "1"), origin: 48)
        records.append(ring(1, of: 0))
        #expect(records.indices.map { records.origin($0) } == [16, 48, nil])
        records[0] = records[0]
        #expect(records.arranged([2, 1, 0]).indices.map { records.arranged([2, 1, 0]).origin($0) } == [nil, 48, nil])
        records.removeAll { if case .connection = $0 { true } else { false } }
        #expect(Array(records) == [node("/", ""), node("/a", "1")] && records.origin(1) == 48)
    }
}
