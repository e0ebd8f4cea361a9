import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// A comparison of the views with the decoder's records of the same bytes.
@Suite struct ViewTests {
    /// Each row of a view as text, in the stream's order; `sql` selects one text column.
    private func rows(_ fixture: ArchiveFixture, _ sql: String, image: Int64) throws -> [String] {
        let statement = try fixture.archive.database.prepare(sql)
        try statement.bind(1, image)
        var rows: [String] = []
        while try statement.step() { rows.append(statement.string(0)) }
        return rows
    }

    private func bodies(_ bytes: [UInt8], _ format: StreamFormat) throws -> [RecordBody] {
        var reader = try StreamReader(bytes: bytes, format: format)
        var bodies: [RecordBody] = []
        while let record = try reader.next() { bodies.append(record.body) }
        return bodies
    }

    private func hex(_ octets: Octets) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    private func check(
        _ fixture: ArchiveFixture, _ image: Int64, _ bodies: [RecordBody], _ layout: Layout, _ name: String
    ) throws {
        var nodes: [String] = []
        var perms: [String] = []
        var watches: [String] = []
        var connections: [String] = []
        var transactions: [String] = []
        var types: [String] = []
        for body in bodies {
            types.append("\(body.type.rawValue)")
            switch body {
            case .node(let data):
                nodes.append(
                    [
                        hex(data.path.octets), hex(data.value), data.perms.first.map { "\($0.domid)" } ?? "-",
                        "\(data.connID)", "\(data.txID)", "\(data.access)",
                    ].joined(separator: "|"))
                for (position, perm) in data.perms.enumerated() {
                    let letter =
                        "wrbn".utf8.contains(perm.perm)
                        ? String(UnicodeScalar(perm.perm)) : "0x" + String(perm.perm, radix: 16)
                    perms.append(
                        [hex(data.path.octets), "\(position)", letter, "\(perm.domid)", "\(perm.flags & 1)"].joined(
                            separator: "|"))
                }
            case .watch(let data):
                watches.append(
                    ["\(data.connID)", hex(data.wpath.octets), hex(data.token.octets), "-"].joined(separator: "|"))
            case .watchExtended(let data):
                watches.append(
                    ["\(data.connID)", hex(data.wpath.octets), hex(data.token.octets), "\(data.depth)"].joined(
                        separator: "|"))
            case .connection(let data):
                let isRing = data.kind == .ring
                let isSocket = data.kind == .socket
                let evtchn = !isRing ? "-" : layout == .draft ? "\(data.levtchn)" : "\(data.evtchn)"
                let type = isRing ? "ring" : isSocket ? "socket" : "\(data.connType)"
                connections.append(
                    [
                        "\(data.connID)", type, isRing ? "\(data.domid)" : "-",
                        isRing && data.tdomid != 0x7FF4 ? "\(data.tdomid)" : "-", evtchn,
                        isSocket ? "\(data.socketFD)" : "-",
                        layout != .draft && data.hasUniqueID ? "\(Int64(bitPattern: data.uniqueID))" : "-",
                        hex(data.inData), hex(data.outData),
                    ].joined(separator: "|"))
            case .transaction(let data): transactions.append("\(data.connID)|\(data.txID)")
            default: break
            }
        }
        func expect(_ view: String, _ expected: [String], _ columns: String, _ order: String = "record_id") throws {
            let actual = try rows(
                fixture, "SELECT \(columns) FROM \(view) WHERE image_id = ?1 ORDER BY \(order)", image: image)
            #expect(actual == expected, "\(view) of \(name)")
        }
        try expect(
            "nodes", nodes,
            "hex(path) || '|' || hex(value) || '|' || ifnull(owner, '-') || '|' || conn_id || '|' || tx_id "
                + "|| '|' || access"
        )
        try expect(
            "perms", perms, "hex(path) || '|' || position || '|' || perm || '|' || domid || '|' || stale",
            "record_id, position")
        try expect("watches", watches, "conn_id || '|' || hex(path) || '|' || hex(token) || '|' || ifnull(depth, '-')")
        try expect(
            "connections", connections,
            """
            conn_id || '|' || type || '|' || ifnull(domid, '-') || '|' || ifnull(target_domid, '-') \
            || '|' || ifnull(evtchn, '-') \
            || '|' || ifnull(socket_fd, '-') || '|' || ifnull(unique_id, '-') || '|' || hex(ifnull(in_data, '')) \
            || '|' || hex(ifnull(out_data, ''))
            """)
        try expect("transactions", transactions, "conn_id || '|' || tx_id")
        try expect("records", types, "type")
    }

    @Test func viewsOfRealImagesSayWhatTheDecoderSays() throws {
        let fixture = try ArchiveFixture()
        for name in Fixtures.cleanNames { try fixture.store(Fixtures.bytes(name), name) }
        for (index, name) in Fixtures.cleanNames.enumerated() {
            let bytes = Fixtures.bytes(name)
            let format = try LayoutDetection(bytes: bytes).format
            try check(fixture, Int64(index + 1), bodies(bytes, format), format.layout, name)
        }
    }

    @Test(arguments: StreamFormat.all) func viewsOfGeneratedImagesSayWhatTheDecoderSays(_ format: StreamFormat) throws {
        let fixture = try ArchiveFixture()
        for seed in UInt64(0)..<8 {
            var generator = StreamGenerator(seed: seed, format: format, oddity: 15)
            let bytes = try generator.stream()
            let image = try fixture.store(bytes, "\(seed)", layout: format.layout).imageID
            try check(fixture, image, bodies(bytes, format), format.layout, "seed \(seed), \(format)")
        }
    }

    @Test func quotasAndDomainsAreShown() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.22-small.bin"))
        let bodies = try bodies(Fixtures.bytes("xen-4.22-small.bin"), StreamFormat(layout: .v2))
        var expected: [String] = []
        for body in bodies {
            switch body {
            case .globalQuota(let data):
                for (position, quota) in data.quotas.enumerated() {
                    let scope = position < Int(data.domQuotaCount) ? "default" : "host"
                    expected.append("\(scope)|-|\(String(decoding: quota.name, as: UTF8.self))|\(quota.value)")
                }
            case .domain(let data):
                for quota in data.quotas {
                    expected.append(
                        "domain|\(data.domid)|\(String(decoding: quota.name, as: UTF8.self))|\(quota.value)")
                }
            default: break
            }
        }
        #expect(!expected.isEmpty)
        let sql =
            "SELECT scope || '|' || ifnull(domid, '-') || '|' || name || '|' || value FROM quotas "
            + "WHERE image_id = ?1 ORDER BY record_id, position"
        #expect(try rows(fixture, sql, image: 1) == expected)
        #expect(
            try fixture.strings("SELECT domid || '=' || ifnull(name, '-') FROM domains ORDER BY domid").contains(
                "0=Domain-0"))
    }

    @Test func oneImageShowsNothingOfAnother() throws {
        let fixture = try ArchiveFixture()
        for name in ["xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"] { try fixture.store(Fixtures.bytes(name), name) }
        let gone = try fixture.strings(
            "SELECT path FROM nodes WHERE image_id = 1 EXCEPT SELECT path FROM nodes WHERE image_id = 2")
        #expect(gone.count == 1)
        #expect(try fixture.count("SELECT count(*) FROM nodes WHERE image_id = 3") == 0)
    }
}
