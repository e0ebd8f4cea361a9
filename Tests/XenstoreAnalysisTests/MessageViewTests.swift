import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

/// The view of pending messages compared with the decoder, which was written independently.
@Suite struct MessageViewTests {
    private func hex(_ octets: Octets) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    private func lines(_ messages: [WireMessage], _ connID: UInt32, _ direction: String) -> [String] {
        messages.enumerated().map { position, message in
            let numbers = [message.requestID, message.txID, message.length].map { $0.map(String.init) ?? "NULL" }
            return
                (["\(connID)", direction, "\(position)", message.typeName ?? "NULL"] + numbers + [
                    hex(message.payload), message.isComplete ? "1" : "0", "\(message.offset)",
                ]).joined(separator: "|")
        }
    }

    private func check(
        _ bodies: [RecordBody], _ format: StreamFormat, _ answers: QueryAnswers, image: String, _ name: String
    ) throws -> Int {
        var expected: [String] = []
        for case .connection(let data) in bodies {
            expected += lines(data.requests(format.byteOrder), data.connID, "in")
            expected += lines(data.answers(format.byteOrder), data.connID, "out")
        }
        let rows = try answers.rows(
            sql: """
                SELECT conn_id, direction, position, type, req_id, tx_id, length, hex(payload), complete, "offset" \
                FROM messages
                WHERE image_id = \(image) ORDER BY record_id, direction, position
                """)
        #expect(rows == expected, "\(name)")
        return rows.count
    }

    @Test(arguments: ["xen-4.17-small.bin", "xen-4.22-small.bin", "xen-4.17-tx.bin"]) func realBuffersAreDecoded(
        _ name: String
    ) throws {
        let bytes = Fixtures.bytes(name)
        let format = try LayoutDetection(bytes: bytes).format
        let bodies = try Images.bodies(bytes, format)
        let answers = try QueryAnswers()
        #expect(try check(bodies, format, answers, image: try answers.store(bodies, format), name) > 100)
    }

    @Test(arguments: [ByteOrder.little, .big]) func generatedBuffersAreDecodedWhereverTheyAreCut(
        _ byteOrder: ByteOrder
    ) throws {
        let format = StreamFormat(layout: .v1, byteOrder: byteOrder)
        let answers = try QueryAnswers()
        for seed in UInt64(1)...30 {
            var random = SeededGenerator(seed: seed)
            var bodies: [RecordBody] = []
            for connID in UInt32(1)...4 {
                var data = ConnectionData(connID: connID, socketFD: Int32(connID))
                let first = buffer(&random, byteOrder)
                data.inData = first.prefix(random.below(first.count + 1))
                let second = buffer(&random, byteOrder).dropFirst(random.below(8))
                data.outData = Octets(second)
                data.outRespLength = UInt16(random.chance(50) ? random.below(second.count + 1) : 0)
                bodies.append(.connection(data))
            }
            _ = try check(
                bodies, format, answers, image: try answers.store(bodies, name: "\(seed)", format), "seed \(seed)")
        }
    }

    private func buffer(_ random: inout SeededGenerator, _ byteOrder: ByteOrder) -> Octets {
        var octets: Octets = []
        for _ in 0..<random.below(5) {
            let payload = (0..<random.below(20)).map { _ in UInt8(random.below(256)) }
            // Sometimes a length that no payload has.
            let length = random.chance(10) ? UInt32.max - UInt32(random.below(3)) : UInt32(payload.count)
            for number in [
                UInt32(random.below(40)), UInt32(random.below(1 << 20)), UInt32.max - UInt32(random.below(9)), length,
            ] {
                let bytes = (0..<4).map { UInt8(number >> (8 * UInt32($0)) & 0xFF) }
                octets += byteOrder == .little ? bytes : bytes.reversed()
            }
            octets += payload
        }
        return octets
    }

    @Test func everyTypeHasItsNameInBoth() throws {
        let rows = try QueryAnswers().rows(sql: "SELECT type_number, type FROM message_types ORDER BY type_number")
        #expect(rows == WireMessage.names.enumerated().map { "\($0.offset)|\($0.element)" })
    }
}
