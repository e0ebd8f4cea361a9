import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// A value that is stored once keeps its id, within one connection and across several.
@Suite struct InternerTests {
    private let fixture: ArchiveFixture

    init() throws {
        fixture = try ArchiveFixture()
    }

    /// Ids from an interner with its own connection.
    private func ids<ID>(_ body: (Interner) throws -> ID) throws -> ID {
        try body(Interner(Database(path: fixture.path, mode: .write), .little))
    }

    private func permissions(_ domids: UInt16...) -> [Permission] {
        domids.map { Permission(perm: 0x6E, domid: $0) }
    }

    @Test func theSamePermissionsHaveOneID() throws {
        let interner = try Interner(fixture.archive.database, .little)
        let first = try interner.id(ofPermissions: permissions(1, 2))
        let second = try interner.id(ofPermissions: permissions(2, 1))
        #expect(first != second)
        #expect(try interner.id(ofPermissions: permissions(1, 2)) == first)
        #expect(try interner.id(ofPermissions: permissions(2, 1)) == second)
        #expect(try ids { try $0.id(ofPermissions: permissions(1, 2)) } == first)
        #expect(try fixture.count("SELECT count(*) FROM permset") == 2)
        #expect(try fixture.count("SELECT count(*) FROM permset_entry WHERE permset_id = \(first)") == 2)
    }

    @Test func permissionsThatDifferInOneBitAreOthers() throws {
        let interner = try Interner(fixture.archive.database, .little)
        let ids = try [
            [], [Permission(perm: 0x6E, domid: 0)], [Permission(perm: 0x72, domid: 0)],
            [Permission(perm: 0x6E, flags: 1, domid: 0)], [Permission(perm: 0x6E, domid: 256)],
        ].map { try interner.id(ofPermissions: $0) }
        #expect(Set(ids).count == 5)
    }

    @Test func theOwnerAndTheTextOfPermissionsAreStored() throws {
        let id = try ids {
            try $0.id(ofPermissions: [Permission(perm: 0x6E, domid: 3), Permission(perm: 0x72, flags: 1, domid: 5)])
        }
        #expect(
            try fixture.strings("SELECT owner || ' ' || perms FROM permset WHERE permset_id = \(id)") == [
                "3 n3,r5:stale"
            ])
        let none = try ids { try $0.id(ofPermissions: []) }
        #expect(try fixture.count("SELECT owner IS NULL FROM permset WHERE permset_id = \(none)") == 1)
    }

    @Test func theSameQuotasHaveOneID() throws {
        let quotas = [Quota(name: Octets("nodes".utf8), value: 1000), Quota(name: [0xFF, 0], value: 0)]
        let first = try ids { try $0.id(ofQuotas: quotas) }
        let interner = try Interner(fixture.archive.database, .little)
        #expect(try interner.id(ofQuotas: quotas) == first)
        #expect(try interner.id(ofQuotas: quotas) == first)
        #expect(try interner.id(ofQuotas: quotas.reversed()) != first)
        #expect(
            try fixture.strings(
                "SELECT typeof(name) FROM quotaset_entry WHERE quotaset_id = \(first) ORDER BY position")
                == ["text", "blob"])
    }

    @Test func theSameResidueHasOneID() throws {
        let residues = [
            Residue(length: 8), Residue(length: 9), Residue(alignment: [1]), Residue(tail: []), Residue(tail: [0, 1]),
            Residue(length: 8, alignment: [1], tail: [2]),
        ]
        let first = try ids { interner in try residues.map(interner.id(ofResidue:)) }
        #expect(Set(first).count == residues.count)
        #expect(try ids { interner in try residues.map(interner.id(ofResidue:)) } == first)
        #expect(try fixture.count("SELECT count(*) FROM residue") == Int64(residues.count))
    }

    @Test func theSameDetailHasOneID() throws {
        let residue = try ids { try $0.id(ofResidue: Residue(length: 8)) }
        let details = [
            NodeDetail(connID: 1), NodeDetail(connID: 1, txID: 2), NodeDetail(access: 3), NodeDetail(unterminated: 1),
            NodeDetail(residueID: residue),
        ]
        let first = try ids { interner in try details.map(interner.id(ofDetail:)) }
        #expect(Set(first).count == details.count)
        #expect(try ids { interner in try details.map(interner.id(ofDetail:)) } == first)
        #expect(try fixture.count("SELECT count(*) FROM node_detail") == Int64(details.count))
    }
}
