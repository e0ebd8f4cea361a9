import TestSupport
import Testing
import XenstoreStream

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
            #expect(TextDialects.all.filter { $0.recognizes(text) != nil }.map(\.layout) == [layout], "\(name)")
        }
    }

    @Test func aStreamIsOfNoDialect() {
        for name in Fixtures.cleanNames {
            for dialect in TextDialects.all { #expect(dialect.recognizes(Fixtures.bytes(name)[...]) == nil, "\(name)") }
        }
    }

    @Test func whatADialectWritesItReadsAndRecognizes() {
        let node = RecordBody.node(
            NodeData(
                path: TerminatedString("/local/domain/1/name"), value: Octets("web\n01".utf8),
                perms: [Permission(perm: 0x6E, domid: 0)]))
        for original in TextDialects.all {
            var dialect = original
            let line = dialect.text(of: node)
            // A database cannot be written from nodes alone.
            #expect(line.isEmpty == dialect.layout.isOfDatabase, "\(dialect.layout)")
            if line.isEmpty { continue }
            // oxenstored's text for debugging begins with the root.
            let start = dialect.layout == .oxenstoredDebug ? Array("/{n0}\n".utf8) : dialect.head
            let text = start + line
            #expect(dialect.recognizes(text[...]) != nil, "\(dialect.layout)")
            var rest = text[...]
            var bodies: [RecordBody] = []
            while !rest.isEmpty {
                let item = dialect.read(rest, isFirst: rest.startIndex == 0)
                #expect(item.problem == nil && item.end > rest.startIndex)
                bodies.append(item.body)
                rest = text[item.end...]
            }
            #expect(bodies.last == node && bodies.count == (start.isEmpty ? 1 : 2), "\(dialect.layout)")
        }
    }
}
