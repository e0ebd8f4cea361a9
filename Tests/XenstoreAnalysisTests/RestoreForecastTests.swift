import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The forecast compared with what the daemon of Xen 4.17 did with the streams of Fixtures/restore.
@Suite struct RestoreForecastTests {
    private static let outcomes: [(name: String, outcome: String)] = {
        let text = String(decoding: Fixtures.bytes("restore/outcomes.tsv"), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t")
            return (String(parts[0]), String(parts[1]))
        }
    }()

    /// Streams whose outcome depends on something outside the stream, and their forecast.
    private static let exceptions: [String: RestoreForecast.Effect] = [
        // The file descriptors that the process has open.
        "global-fd-not-open": .accepts, "conn-socket-fd-not-open": .accepts, "conn-socket-fd-5000": .accepts,
        "conn-socket-fd-is-listener": .accepts,
        // The contents of memory after the file: the daemon may survive.
        "len-16-too-large-lies": .dies, "len-exact-pad1": .dies, "len-past-eof-0x1000": .overReads,
        "draft-ring-in-v1": .overReads,
        // Both were observed, one after the other.
        "conn-len-16": .dies,
        // The intended contents, if the stream holds something else: a record after END, a length
        // that is too short.
        "behind-end-node": .alters, "behind-end-node-and-end": .alters, "trunc-at-record-boundary-mid-stream": .accepts,
        "node-value-len-smaller": .accepts, "node-path-len-smaller": .overReads, "watch-wpath-len-shorter": .overReads,
        // Which domains the hypervisor has.
        "dead-domain": .accepts, "dead-domain-with-node": .accepts, "dead-domain-grantee": .accepts,
    ]

    private func forecast(_ bytes: [UInt8], _ release: String? = nil) throws -> RestoreForecast {
        try RestoreForecast(ScannedImage(salvaging: bytes, layout: nil), for: release.flatMap { XenVersion($0) })
    }

    @Test func everyStreamHasItsOutcome() {
        let names = Files.list(Fixtures.path("restore")).filter { $0.hasSuffix(".bin") }.map { String($0.dropLast(4)) }
        #expect(names.sorted() == Self.outcomes.map(\.name).sorted())
    }

    @Test func theForecastIsWhatTheDaemonDid() throws {
        for (name, outcome) in Self.outcomes {
            let forecast = try forecast(Fixtures.bytes("restore/\(name).bin"), "4.17")
            let events = forecast.events.map { "\($0.effect.rawValue) at \($0.offset): \($0.message)" }
            if let expected = Self.exceptions[name] {
                #expect(forecast.effect == expected, "\(name): \(events)")
                continue
            }
            let expected: RestoreForecast.Effect? =
                switch outcome {
                case "accepts": .accepts
                case "skips": .skips
                case "changes": .alters
                case "over-reads": .overReads
                case "dies", "refuses": .dies
                default: nil
                }
            #expect(forecast.effect == expected, "\(name): \(outcome) observed, \(events)")
        }
    }

    @Test(arguments: Fixtures.cleanNames) func whatADaemonWroteItTakesAgain(_ name: String) throws {
        let forecast = try forecast(Fixtures.bytes(name))
        let events = forecast.events.map { "\($0.effect.rawValue) at \($0.offset): \($0.message)" }
        #expect(forecast.effect <= .alters, "\(events)")
        // Only two things are lost: the target of a stub domain whose own connection comes first,
        // and permissions of domains that are gone, which become stale.
        let harmless = ["drops domain 5 as the target", "marks the permission of domain"]
        #expect(forecast.events.allSatisfy { event in harmless.contains { event.message.hasPrefix($0) } }, "\(events)")
    }

    @Test func aWatchWithALyingLengthEndsTheDaemonThatWroteIt() throws {
        #expect(try forecast(Fixtures.bytes("xen-2026-08-depth-3.bin")).effect == .dies)
        #expect(try forecast(Fixtures.bytes("xen-2026-08-depth-2.bin")).effect == .alters)
    }

    private func events(_ bodies: [RecordBody], _ release: String?, _ layout: Layout = .v1) throws -> [String] {
        let bytes = try Images.encode(bodies, StreamFormat(layout: layout, byteOrder: .little, lengthRule: .padded))
        return try forecast(bytes, release).events.map { "\($0.effect.rawValue): \($0.message)" }
    }

    private static let host = [RecordBody.global(GlobalData(rwSocketFD: 3, secondFD: 6)), ring(1, of: 0), node("/")]

    @Test(arguments: [
        ("4.15", true), ("4.15.3", false), ("4.15.4", true), ("4.16.2", false), ("4.16.3", true), ("4.17.0", true),
        ("4.22", true),
    ])
    func anOwnerWithoutAConnectionEndsSomeVersions(_ release: String, _ isEnd: Bool) throws {
        let reason = "domain 5, has no connection before it"
        #expect(
            try events(Self.host + [node("/a", "", "n5")], release)
                == [
                    isEnd
                        ? "dies: exits, as the owner of \"/a\", \(reason)"
                        : "alters: may give \"/a\" to domain 0, as its owner, \(reason)"
                ])
    }

    @Test func aForecastForAnyVersionNamesTheVersions() throws {
        #expect(
            try events(Self.host + [node("/a", "", "n5")], nil)
                == [
                    "dies: exits, as the owner of \"/a\", domain 5, has no connection before it (Xen 4.15.4, 4.16.3, "
                        + "4.17 and later)"
                ])
        #expect(try forecast(Fixtures.bytes("xen-4.17-tiny.bin"), "4.17").daemonTitle == "the C xenstored of Xen 4.17")
    }

    @Test func whichEntriesGoStaleDependsOnTheVersion() throws {
        func marks(_ path: String, _ perms: String, _ release: String?, _ layout: Layout = .v1) throws -> Bool {
            try events(Self.host + [node(path, "", perms)], release, layout).contains { $0.hasPrefix("alters: marks") }
        }
        #expect(try marks("/a", "n0,r5", "4.17") && marks("/a", "n0,r5", "4.22") && marks("/a", "n0,r5", nil))
        #expect(try !marks("/a", "n0,r5", "4.16.2"))
        #expect(try !marks("@releaseDomain", "n0,r5", "4.17"))
        #expect(try marks("@releaseDomain", "n0,r5", "4.18") && marks("@releaseDomain", "n0,r5", nil))
        #expect(try marks("/a", "n0,r32757", "4.20") && !marks("/a", "n0,r32757", "4.22"))
        #expect(try !marks("/a", "n0,r32757", nil, .v2) && marks("/a", "n0,r32757", "4.21", .v2))
    }

    @Test func domainDataOfAnUnknownDomainEndsTheDaemon() throws {
        let bodies = Self.host + [domain(5)]
        let end = "dies: exits, as DOMAIN_DATA is about domain 5, which has no connection before it"
        #expect(try events(bodies, "4.22", .v2) == [end])
        #expect(try events(bodies, nil, .v2) == [end])
        #expect(try events(Self.host + [ring(2, of: 5), domain(5)], "4.22", .v2) == [])
        #expect(try events(bodies, "4.20", .v2) == ["dies: refuses version 2 and exits"])
        #expect(try events(bodies, "4.17") == ["skips: skips the record of type 7"])
    }

    @Test func aRestoreInXen4210IsOfNoUse() throws {
        #expect(
            try events(Self.host, "4.21.0", .v2)
                == ["dies: does not know its privileged domain after a restore, and is of no use; 4.21.1 is mended"])
        #expect(try events(Self.host, "4.21", .v2) == [])
        #expect(try events(Self.host, "4.21.1", .v2) == [])
    }

    /// As the document has it, the strings are at byte 12; the reader takes them from byte 10.
    @Test func anExtendedWatchIsReadFromByte10() throws {
        let watch = deepWatch(1, "/a/b", "tok", depth: 2)
        #expect(
            try events(Self.host + [watch], "4.22", .v2)
                == [
                    "alters: reads the watch's path as \"\" and its token as \"b\", as it takes both from byte 10 of "
                        + "the body on"
                ])
    }

    @Test(arguments: [
        ("4.17", "4.17"), ("4.17.0", "4.17.0"), ("4.22.10", "4.22.10"), ("4.14", nil), ("4.24", nil), ("5.17", nil),
        ("4", nil), ("4.17.", nil), ("4.17.1.2", nil), ("4.+17", nil), ("", nil), ("4.17.99999999999", nil),
    ])
    func onlyKnownVersionsAreVersions(_ text: String, _ description: String?) {
        #expect(XenVersion(text)?.description == description)
    }

    @Test func aVersionWithoutTheThirdNumberIsTheNewest() throws {
        let versions = ["4.16.2", "4.16.3", "4.16", "4.17.0"].map { XenVersion($0) ?? XenVersion(0, 0) }
        #expect(versions == versions.sorted())
    }

    @Test func anyBytesHaveAForecast() throws {
        for seed in UInt64(0)..<200 {
            var generator = StreamGenerator(seed: seed, format: StreamFormat(layout: .v1), oddity: 30)
            var bytes = try generator.stream()
            for _ in 0..<8 { bytes[generator.random.below(bytes.count)] = UInt8(generator.random.below(256)) }
            _ = try forecast(bytes)
        }
    }
}
