import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// One guest under two domids.
@Suite struct DomainDiffTests {
    private func diff(_ old: [RecordBody], _ new: [RecordBody], _ pairs: (UInt16, UInt16)...) throws -> Diff {
        let (left, right) = (try Images.make(old, .v2), try Images.make(new, .v2))
        var domains = try DomainSelection(old: left, new: right)
        for pair in pairs { try domains.add(DomainPair(old: pair.0, new: pair.1)) }
        return try Diff(left, right, only: domains)
    }

    /// Each change as `kind old path → new path: what differs`.
    private func summary(_ diff: Diff) -> [String] {
        diff.changes.map { change in
            let paths = [change.oldPath, change.path].compactMap { $0.map(ChangeLine.text) }.joined(separator: " → ")
            let differences = change.differences.map {
                "\($0.name) \(ChangeLine.text($0.old)) → \(ChangeLine.text($0.new))"
            }
            return "\(change.action) \(change.kind) \(paths): \(differences.joined(separator: "; "))"
        }
    }

    @Test func aGuestThatHasOnlyAnotherDomidIsTheSame() throws {
        let (old, new) = (Guest.host(Guest(37)), Guest.host(Guest(38)))
        #expect(summary(try diff(old, new, (37, 38))) == [])
        #expect(summary(try diff(new, old, (38, 37))) == [])
        #expect(try Diff(try Images.make(old, .v2), try Images.make(new, .v2)).changes.count > 40)
    }

    @Test func whatDiffersIsShownUnderBothPaths() throws {
        var later = Guest(38)
        later.values = [later.home + "/data/os": "bsd", later.device + "/state": "6", later.home + "/data/new": "1"]
        later.perms = ["/libxl/38/device/vif/0/frontend": "n0,r38"]
        later.without = ["/local/domain/38/name"]
        let diff = try diff(Guest.host(Guest(37)), Guest.host(later), (37, 38))
        #expect(
            summary(diff) == [
                "changed perms /libxl/37/device/vif/0/frontend → /libxl/38/device/vif/0/frontend: "
                    + "perms n0 → n0,r38",
                "changed node /local/domain/0/backend/vif/37/0/state → /local/domain/0/backend/vif/38/0/state: "
                    + "value 4 → 6",
                "added node /local/domain/38/data/new: ",
                "changed node /local/domain/37/data/os → /local/domain/38/data/os: value linux → bsd",
                "removed node /local/domain/37/name: ",
            ])
        #expect(diff.changes.allSatisfy { $0.pair == DomainPair(old: 37, new: 38) && $0.concernedDomid == 38 })
    }

    @Test func permissionsAreTheSameIfTheyNameTheGuest() throws {
        var (earlier, later) = (Guest(37), Guest(38))
        func changes(_ old: String, _ new: String) throws -> [String] {
            earlier.perms = ["/elsewhere/shared": old]
            later.perms = ["/elsewhere/shared": new]
            return summary(try diff(Guest.host(earlier), Guest.host(later), (37, 38)))
        }
        for (old, new) in [("n37", "n38"), ("n0,r37,w37", "n0,r38,w38"), ("b0,r5,w37", "b0,r5,w38")] {
            #expect(try changes(old, new) == [])
        }
        for (old, new) in [
            ("n37", "n0"), ("n0,r37", "n0"), ("n0", "n0,r38"), ("n0,r37", "n0,w38"), ("n0,r37", "n0,r37"),
            // A stale entry names a domain that was gone before the guest came.
            ("n0,r37", "n0,r38:stale"), ("n0,r38,r37:stale", "n0,r38,r38:stale"),
        ] {
            #expect(try changes(old, new) == ["changed perms /elsewhere/shared: perms \(old) → \(new)"])
        }
        #expect(try changes("n0,r37,r9:stale", "n0,r38,r9:stale") == [])
        #expect(try changes("n0,r37,r37:stale", "n0,r38,r37:stale") == [])
    }

    @Test func watchesArePairedByConnectionAndPath() throws {
        let old = Guest.host(Guest(37), and: [watch(3, "/local/domain/37/a", "t"), watch(1037, "b", "t")])
        #expect(
            summary(try diff(old, Guest.host(Guest(38)), (37, 38))) == [
                "removed watch /local/domain/37/a: ", "removed watch b: ",
            ])
        let new = Guest.host(Guest(38), and: [watch(3, "/local/domain/38/a", "t"), watch(1038, "b", "other token")])
        let changes = try diff(old, new, (37, 38)).changes
        #expect(changes.map { "\($0.action) \($0.domid ?? 0)" } == ["removed 37", "added 38"])
    }

    @Test func valuesAreTheSameAtKnownPlacesOnly() throws {
        func changes(_ path: String, _ old: String, _ new: String) throws -> Int {
            var (earlier, later) = (Guest(37), Guest(38))
            earlier.values = [earlier.home + path: old]
            later.values = [later.home + path: new]
            return try diff(Guest.host(earlier), Guest.host(later), (37, 38)).changes.count
        }
        for (path, old, new) in [
            ("/data/a", "/local/domain/37", "/local/domain/38"),
            ("/data/a", "/local/domain/37/x", "/local/domain/38/x"),
            ("/data/a", "/libxl/37", "/libxl/38"),
            ("/data/a", "/local/domain/5/backend/vif/37/0", "/local/domain/5/backend/vif/38/0"),
            ("/device/vif/0/backend-id", "37", "38"), ("/target", "37", "38"),
            ("/image/device-model-domid", "37", "38"), ("/data/a", "37", "37"),
        ] {
            #expect(try changes(path, old, new) == 0, "\(path) \(old)")
        }
        for (path, old, new) in [
            ("/data/a", "37", "38"), ("/data/a", "vif37.0", "vif38.0"),
            ("/data/a", "/local/domain/370", "/local/domain/380"),
            ("/data/a", "local/domain/37", "local/domain/38"), ("/data/a", "x /local/domain/37", "x /local/domain/38"),
            ("/data/a", "/local/domain/037", "/local/domain/038"), ("/domid", "037", "038"),
            ("/data/a", "/x/local/domain/37", "/x/local/domain/38"),
            ("/data/a", "/local/domain/37", "/local/domain/37"),
        ] {
            #expect(try changes(path, old, new) == 1, "\(path) \(old)")
        }
    }

    @Test func theOlderImagesOtherDomainWithTheNewDomidIsAnother() throws {
        // Two guests cannot both have this node: of two with one path the last would count.
        var (other, another) = (Guest(38, "another"), Guest(37, "another"))
        (other.without, another.without) = (["/elsewhere/shared"], ["/elsewhere/shared"])
        #expect(summary(try diff(Guest.host(Guest(37), other), Guest.host(Guest(38)), (37, 38))) == [])
        #expect(summary(try diff(Guest.host(Guest(37)), Guest.host(Guest(38), another), (37, 38))) == [])
        // It had a grant and a backend of the guest; now the guest itself seems to have them.
        var (earlier, later) = (Guest(37), Guest(38))
        (earlier.backend, later.backend) = (38, 38)
        earlier.perms = [earlier.home + "/data/os": "n37,r38"]
        later.perms = [later.home + "/data/os": "n38,r38"]
        let changes = summary(try diff(Guest.host(earlier, other), Guest.host(later), (37, 38)))
        for line in [
            "changed perms /local/domain/37/data/os → /local/domain/38/data/os: perms n37,r38 → n38,r38",
            "changed node /local/domain/37/device/vif/0/backend-id → /local/domain/38/device/vif/0/backend-id: "
                + "value 38 → 38; perms n37,r38 → n38,r38",
            "removed node /local/domain/38/backend/vif/37/0/state: ",
            "added node /local/domain/38/backend/vif/38/0/state: ",
        ] {
            #expect(changes.contains(line), "\(changes)")
        }
    }

    @Test func twoDomainsCanHaveExchangedTheirDomids() throws {
        let (one, two) = (Guest.host(Guest(37), Guest(38, "b")), Guest.host(Guest(38), Guest(37, "b")))
        #expect(summary(try diff(one, two, (37, 38), (38, 37))) == [])
    }

    @Test func aDriverDomainThatHasAnotherDomidTooIsPairedWithIt() throws {
        var (earlier, later) = (Guest(37), Guest(38))
        (earlier.backend, later.backend) = (5, 6)
        let (old, new) = (Guest.host(earlier), Guest.host(later))
        #expect(try diff(old, new, (37, 38)).changes.count > 5)
        func withDriver(_ records: [RecordBody], _ domid: UInt16) -> [RecordBody] {
            records + [ring(8, of: domid), node("/local/domain/\(domid)/name", "driver", "n0,r\(domid)")]
        }
        #expect(summary(try diff(withDriver(old, 5), withDriver(new, 6), (37, 38), (5, 6))) == [])
    }

    @Test func anotherUniqueIDDoesNotMakeAnotherGuest() throws {
        var (earlier, later) = (Guest(37), Guest(38))
        (earlier.uniqueID, later.uniqueID) = (70, 71)
        let changes = try diff(Guest.host(earlier), Guest.host(later), (37, 38)).changes
        #expect(changes.map(\.kind) == [.connection])
        #expect(changes.first?.differences.map(\.name) == ["unique_id"])
        #expect(changes.first?.domid == 38)
        #expect(changes.first?.oldDomid == 37)
    }

    @Test func quotasAreComparedUnderBothDomids() throws {
        var new = Guest.host(Guest(38))
        new[new.firstIndex { if case .domain = $0 { true } else { false } } ?? 0] = domain(
            38, features: 1, ["nodes": 5])
        let changes = try diff(Guest.host(Guest(37)), new, (37, 38)).changes
        #expect(changes.map(\.kind) == [.quota])
        #expect(changes.first?.differences.first?.old == .unsigned(900))
        #expect(changes.first?.oldDomid == 37)
    }

    @Test func twoGuestsOfOneImageCanBeCompared() throws {
        var other = Guest(38, "another")
        other.values = [other.home + "/data/os": "bsd"]
        let host = Guest.host(Guest(37), other)
        let paths = try diff(host, host, (37, 38)).changes.compactMap { $0.path.map(ChangeLine.text) }
        #expect(paths.contains("/local/domain/38/data/os"))
        #expect(paths.contains("/vm/another/name"))
        #expect(!paths.contains { $0.hasPrefix("/libxl") || $0.contains("/backend/") })
    }

    @Test func onlyWhatConcernsTheDomainIsCompared() throws {
        let others = [node("/a", "1"), node("/local/domain/5/name", "x"), watch(3, "/a", "t"), ring(9, of: 5)]
        let left = try Images.make(Guest.host(Guest(37)), .v2)
        let right = try Images.make(Guest.host(and: others), .v2)
        var domains = try DomainSelection(old: left, new: right)
        _ = try domains.add(37)
        let changes = try Diff(left, right, only: domains).changes
        #expect(changes.count == Guest(37).records.count)
        #expect(changes.allSatisfy { $0.action == .removed && $0.pair == DomainPair(old: 37, new: 37) })
    }

    @Test func aSecretIsOneUnderEitherPath() throws {
        var (earlier, later) = (Guest(37), Guest(38))
        earlier.values = [earlier.home + "/data/os": "old secret"]
        later.values = [later.home + "/data/os": "new secret"]
        let change = try #require(try diff(Guest.host(earlier), Guest.host(later), (37, 38)).changes.first)
        for pattern in ["/local/domain/37/data/os", "/local/domain/38/data/os"] {
            let redactor = Redactor(patterns: [pattern], form: .keyedHash(key: [1, 2, 3]))
            let redacted = redactor.redact(change, byteOrder: .little)
            #expect(!"\(redacted)".contains("secret"))
            #expect(redacted.differences.map(\.name) == ["value"])
        }
    }
}
