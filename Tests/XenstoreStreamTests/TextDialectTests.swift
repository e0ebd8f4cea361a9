import TestSupport
import Testing

@testable import XenstoreStream

@Suite struct TextDialectTests {
    @Test func everyLayoutIsAStreamsOrHasADialect() {
        #expect(Layout.streams + Layout.texts == Layout.allCases)
        for layout in Layout.allCases { #expect((layout.dialect == nil) == !layout.isText, "\(layout)") }
        #expect(TextDialects.all.map(\.layout) == Layout.texts)
    }

    @Test func aRealTextIsOfOneDialectOnly() {
        let listings = Files.list(Fixtures.path("listings")).filter { $0.contains("ls-f") }.map { "listings/" + $0 }
        #expect(!listings.isEmpty)
        let others: [(String, Layout)] = [
            ("oxenstored-4.17-small.dump", .oxenstored),
            ("databases/oxenstored-4.17-sigusr1.db.debug", .oxenstoredDebug),
            ("databases/xen-4.17-open-transaction.tdb", .tdb),
            ("databases/xen-4.17-open-transaction.tdbdump", .tdbdump),
        ]
        for (name, layout) in others + listings.map({ ($0, .listing) }) {
            let text = Fixtures.bytes(name)[...]
            let recognized = TextDialects.all.filter { ($0 as? any LineDialect)?.recognizes(text) != nil }.map(\.layout)
            let listings = ListingPart.all(in: Array(text)).map(\.layout)
            #expect(recognized + listings == [layout], "\(name)")
        }
    }

    @Test func aStreamIsOfNoDialect() {
        for name in Fixtures.cleanNames {
            #expect(TextDialects.recognize(Fixtures.bytes(name)[...]) == nil, "\(name)")
            #expect(ListingPart.all(in: Fixtures.bytes(name)).isEmpty, "\(name)")
        }
    }

    @Test func whatADialectWritesItReadsAndRecognizes() throws {
        var node = NodeData(
            path: TerminatedString("/local/domain/1/name"), value: Octets("web\n01".utf8),
            perms: [Permission(perm: 0x6E, domid: 0)])
        for dialect in TextDialects.all {
            node.perms = dialect.layout == .pairs ? [] : [Permission(perm: 0x6E, domid: 0)]
            // A database cannot be written from nodes alone.
            #expect(dialect.text(of: .node(node)).isEmpty == dialect.layout.isOfDatabase, "\(dialect.layout)")
            if dialect.layout.isOfDatabase { continue }
            let parents: [UInt8] =
                switch dialect.layout {
                case .tree: Array("local = \"\"\n domain = \"\"\n  1 = \"\"\n".utf8)
                case .oxenstoredDebug: Array("/{n0}\n".utf8)
                default: []
                }
            let text = dialect.head + parents + dialect.text(of: .node(node))
            #expect(try LayoutDetection(bytes: text).format.layout == dialect.layout)
            let image = try TextImage(text, layout: dialect.layout)
            let format = StreamFormat(text: dialect.layout)
            var cursor = try RecordCursor(bytes: image.stream, format: format, source: .text)
            var last: Record?
            while let item = try cursor.next() { last = cursor.record(item) }
            #expect(last?.body == .node(node) && last?.residue == nil, "\(dialect.layout)")
            #expect(image.remarks.isEmpty, "\(dialect.layout)")
        }
    }
}
