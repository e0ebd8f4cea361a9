import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The forecast held against what the daemon of Xen 4.17 really did with the streams of Fixtures/restore.
@Suite struct RestoreForecastTests {
    private static let outcomes: [(name: String, outcome: String)] = {
        let text = String(decoding: Fixtures.bytes("restore/outcomes.tsv"), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t")
            return (String(parts[0]), String(parts[1]))
        }
    }()

    /// Streams whose fate is decided by what the stream does not hold, and the forecast they have all the same.
    private static let exceptions: [String: RestoreForecast.Effect] = [
        // The file descriptors that the process has open.
        "global-fd-not-open": .accepts, "conn-socket-fd-not-open": .accepts, "conn-socket-fd-5000": .accepts,
        "conn-socket-fd-is-listener": .accepts,
        // What lies in memory behind the file: the daemon may live through it.
        "len-16-too-large-lies": .dies, "len-exact-pad1": .dies, "len-past-eof-0x1000": .overReads,
        "draft-ring-in-v1": .overReads,
        // Observed was both, first the one and then the other.
        "conn-len-16": .dies,
        // What was meant, where the stream holds something else: a record behind END, a length that is too short.
        "behind-end-node": .alters, "behind-end-node-and-end": .alters, "trunc-at-record-boundary-mid-stream": .accepts,
        "node-value-len-smaller": .accepts, "node-path-len-smaller": .overReads, "watch-wpath-len-shorter": .overReads,
        // Version 2 is refused by daemons up to 4.20, and taken by those the forecast is about.
        "hdr-version-2": .accepts,
        // Which domains the hypervisor has.
        "dead-domain": .accepts, "dead-domain-with-node": .accepts, "dead-domain-grantee": .accepts,
    ]

    private func forecast(_ bytes: [UInt8]) throws -> RestoreForecast {
        try RestoreForecast(ScannedImage(salvaging: bytes, layout: nil))
    }

    @Test func everyStreamHasItsOutcome() {
        let names = Files.list(Fixtures.path("restore")).filter { $0.hasSuffix(".bin") }.map { String($0.dropLast(4)) }
        #expect(names.sorted() == Self.outcomes.map(\.name).sorted())
    }

    @Test func theForecastIsWhatTheDaemonDid() throws {
        for (name, outcome) in Self.outcomes {
            let forecast = try forecast(Fixtures.bytes("restore/\(name).bin"))
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
        // All it loses is the target of a stub domain whose own connection comes first; permissions of domains that are
        // gone become stale.
        let harmless = ["drops domain 5 as the target", "marks the permission of domain"]
        #expect(forecast.events.allSatisfy { event in harmless.contains { event.message.hasPrefix($0) } }, "\(events)")
    }

    @Test func aWatchWithALyingLengthEndsTheDaemonThatWroteIt() throws {
        #expect(try forecast(Fixtures.bytes("xen-2026-08-depth-3.bin")).effect == .dies)
        #expect(try forecast(Fixtures.bytes("xen-2026-08-depth-2.bin")).effect == .alters)
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
