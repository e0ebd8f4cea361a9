import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Which domain of the newer image is which of the older one.
@Suite struct DomainSelectionTests {
    private func selection(_ old: [Guest], _ new: [Guest]) throws -> DomainSelection {
        func image(_ guests: [Guest]) throws -> ImageSource {
            try Images.make(Guest.host(and: guests.flatMap(\.records)), .v2)
        }
        return try DomainSelection(old: try image(old), new: try image(new))
    }

    /// What comes of one domid, and the pair that is compared.
    private func match(_ domid: UInt16, _ old: [Guest], _ new: [Guest]) throws -> String {
        var domains = try selection(old, new)
        let match =
            switch try domains.add(domid) {
            case .same: "same"
            case .paired(let pair, let uuid): "paired \(pair.old) \(pair.new) by \(ChangeLine.text(uuid))"
            case .several(let domids, let uuid, let inOlder): "several \(domids) \(ChangeLine.text(uuid)) \(inOlder)"
            case .missing(let uuid): "missing \(ChangeLine.text(uuid))"
            }
        return match + " " + domains.pairs.map { "\($0.old)=\($0.new)" }.joined(separator: ",")
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch let error as ArchiveError {
            return "\(error.code) \(error)"
        } catch {
            return "\(error)"
        }
    }

    @Test func aDomainWithTheSameUUIDIsTheSame() throws {
        #expect(try match(37, [Guest(37, "a")], [Guest(37, "a"), Guest(38, "a")]) == "same 37=37")
    }

    @Test func aGuestIsFoundByItsUUID() throws {
        #expect(try match(37, [Guest(37, "a")], [Guest(38, "a")]) == "paired 37 38 by a 37=38")
        #expect(try match(37, [Guest(37, "a")], [Guest(37, "b"), Guest(41, "a")]) == "paired 37 41 by a 37=41")
        #expect(try match(38, [Guest(37, "a")], [Guest(38, "a")]) == "paired 37 38 by a 37=38")
    }

    @Test func severalOrNoDomainsWithTheUUIDAreComparedByDomid() throws {
        let two = [Guest(38, "a"), Guest(39, "a")]
        #expect(try match(37, [Guest(37, "a")], two) == "several [38, 39] a false 37=37")
        #expect(try match(37, two, [Guest(37, "a")]) == "several [38, 39] a true 37=37")
        #expect(try match(37, [Guest(37, "a")], [Guest(37, "b")]) == "missing a 37=37")
        #expect(try match(37, [Guest(37, "a")], []) == "missing a 37=37")
        #expect(try match(37, [], [Guest(37, "a")]) == "same 37=37")
    }

    @Test func anUnknownUUIDSaysNothing() throws {
        var unknown = Guest(37, "a")
        unknown.without = ["/local/domain/37/vm"]
        #expect(try match(37, [unknown], [Guest(38, "a")]) == "same 37=37")
        #expect(try match(37, [Guest(37, "a")], [unknown, Guest(38, "a")]) == "same 37=37")
        let zero = "00000000-0000-0000-0000-000000000000"
        #expect(try match(37, [Guest(37, zero)], [Guest(38, zero)]) == "same 37=37")
        var odd = Guest(37)
        for value in ["", "/vm/", "/vm", "a", "/vm/a/b", "/vm/a\0"] {
            odd.values = ["/local/domain/37/vm": value]
            #expect(try match(37, [odd], [Guest(38, "a")]).hasSuffix("37=37"), "\(value)")
        }
    }

    @Test func whatIsLeftOfADomainCanBeCompared() throws {
        var leftover = Guest(37, "a")
        leftover.without = Set(Guest(37, "a").records.compactMap { $0.path.map(ChangeLine.text) })
            .subtracting([leftover.device])
        let old = try Images.make(Guest.host(Guest(37, "a")), .v2)
        let new = try Images.make(
            Guest.host(and: leftover.records.filter { if case .node = $0 { true } else { false } }), .v2)
        var domains = try DomainSelection(old: old, new: new)
        try domains.add(DomainPair(old: 37, new: 37))
        #expect(try !Diff(old, new, only: domains).changes.contains { $0.path == Octets(leftover.device.utf8) })
    }

    @Test func aDomainThatIsMissingIsAnError() throws {
        var domains = try selection([Guest(37, "a")], [Guest(40, "a")])
        #expect(
            message { _ = try domains.add(99) }
                == "noSuchDomain domain 99: not found in test, and not in test; 'xsarchive domains' lists an image's "
                + "domains")
        #expect(
            message { try domains.add(DomainPair(old: 37, new: 38)) }
                == "noSuchDomain domain 38: not found in test; the domain with this UUID is 40")
        #expect(
            message { try domains.add(DomainPair(old: 38, new: 40)) }
                == "noSuchDomain domain 38: not found in test; the domain with this UUID is 37")
        #expect(
            message { try domains.add(DomainPair(old: 36, new: 39)) } == "noSuchDomain domain 36: not found in test")
        #expect(domains.pairs == [])
    }

    @Test func aDomainIsPairedOnce() throws {
        var domains = try selection([Guest(37), Guest(38)], [Guest(37), Guest(38)])
        try domains.add(DomainPair(old: 37, new: 38))
        try domains.add(DomainPair(old: 37, new: 38))
        #expect(domains.pairs == [DomainPair(old: 37, new: 38)])
        for pair in [DomainPair(old: 37, new: 37), DomainPair(old: 38, new: 38)] {
            #expect(
                message { try domains.add(pair) }
                    == "usage domain \(pair.old) of test cannot be domain \(pair.new) of test: domain 37 is compared "
                    + "with domain 38")
        }
    }

    @Test func differentUUIDsAreNoticed() throws {
        var unknown = Guest(39)
        unknown.without = ["/local/domain/39/vm"]
        let domains = try selection([Guest(37, "a")], [Guest(37, "b"), Guest(38, "a"), unknown])
        #expect(domains.haveDifferentUUIDs(DomainPair(old: 37, new: 37)))
        #expect(!domains.haveDifferentUUIDs(DomainPair(old: 37, new: 38)))
        #expect(!domains.haveDifferentUUIDs(DomainPair(old: 37, new: 39)))
    }
}
