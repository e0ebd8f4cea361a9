import TestSupport
import Testing

@testable import XenstoreStream

/// Generated logs against what they were made of, and damaged ones.
@Suite struct LogPropertyTests {
    private static let operations: [LogOperation] = [.write, .mkdir, .rm, .setPermissions, .watch, .watchEvent, .read]

    private func name(_ random: inout SeededGenerator) -> String {
        let letters = Array("abcxyz019-_@")
        return String((0..<1 + random.below(6)).map { _ in letters[random.below(letters.count)] })
    }

    private func value(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<random.below(20)).map { _ in
            // NUL is written as a blank, so that it does not come back.
            random.chance(70) ? UInt8(ascii: "a") + UInt8(random.below(26)) : UInt8(1 + random.below(255))
        }
    }

    @Test func anAccessLogGivesBackWhatWasWritten() throws {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            var text: [UInt8] = []
            var expected: [(LogOperation, String, [UInt8]?)] = []
            for _ in 0..<1 + random.below(40) {
                let operation = Self.operations[random.below(Self.operations.count)]
                let path = "/" + name(&random)
                let detail: [UInt8]? = operation == .write ? value(&random) : nil
                var encoder = LogEncoder(.access)
                let connection = Array("D\(random.below(2000))".utf8)
                let tail: [UInt8]? = detail ?? (random.chance(50) ? Array("x y ".utf8) : nil)
                connection.withUnsafeBytes { connection in
                    let fields = LogFields(
                        operation, time: 1_795_643_425_326 + Int64(random.below(100_000)), connection: connection,
                        domid: nil, tid: UInt32(random.below(3)), answered: .none, shape: [])
                    #expect(encoder.appendHead(fields, to: &text))
                    Array(path.utf8).withUnsafeBytes { path in
                        (tail ?? []).withUnsafeBytes {
                            encoder.appendData(path: path, detail: tail == nil ? nil : $0, fields, to: &text)
                        }
                    }
                }
                expected.append((operation, path, detail))
            }
            let log = try ReadLog(text, .access)
            #expect(log.gap == nil, "seed \(seed)")
            #expect(log.records.map(\.operation) == expected.map(\.0), "seed \(seed)")
            for (event, made) in zip(log.records, expected) {
                #expect(log.scan.paths[event.path].elementsEqual(made.1.utf8), "seed \(seed)")
                #expect(log.value(event) == made.2, "seed \(seed)")
                // A value that ends in two dots may be taken for one that was cut.
                let mayBeCut = made.2?.suffix(2).elementsEqual("..".utf8) == true
                #expect(!event.shape.contains(.verbatim) || mayBeCut, "seed \(seed): \(log.line(event))")
            }
        }
    }

    /// Whatever the bytes are, each is in one event.
    @Test func everyByteOfADamagedLogIsInOneEvent() throws {
        let names = Files.list(Fixtures.path("logs")).sorted()
        #expect(names.count >= 8)
        for seed in UInt64(0)..<600 {
            var random = SeededGenerator(seed: seed)
            var bytes = Fixtures.bytes("logs/" + names[random.below(names.count)])
            for _ in 0..<1 + random.below(8) {
                let place = random.below(bytes.count)
                switch random.below(5) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(random.below(256)), at: place)
                case 2: bytes[place] = [10, 13, 32, 41, 0, 92][random.below(6)]
                case 3: bytes = Array(bytes.prefix(place + 1))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(90))], at: 0)
                }
            }
            for form in LogForm.allCases {
                let log = try ReadLog(bytes, form)
                #expect(log.gap == nil, "seed \(seed), \(form)")
                for event in log.scan.events {
                    #expect(event.cause < event.offset, "seed \(seed)")
                    #expect(event.operation != .none || event.raw >= 0, "seed \(seed)")
                }
            }
        }
    }

    @Test func aLogOfOneEndlessLineIsRead() throws {
        let bytes = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
        for form in LogForm.allCases { #expect(try ReadLog(bytes, form).gap == nil) }
    }

    /// Each line could be the beginning of a record that the next ones continue.
    @Test func manyBeginningsWithoutAnEndAreReadInTime() throws {
        let line = Array("IN 0x1f 20261125 21:52:38 WRITE (/a x\n".utf8)
        let log = try ReadLog(Array(repeating: line, count: 20_000).flatMap { $0 }, .trace)
        #expect(log.scan.otherCount == 20_000)
    }
}
