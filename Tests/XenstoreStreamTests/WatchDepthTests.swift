import TestSupport
import Testing
import XenstoreStream

/// The depth of a watch in the text of XenServer's oxenstored, and the socket of a rotation's text.
@Suite struct WatchDepthTests {
    private static let header = "$xenstored-dump-format\n"

    private func records(_ text: String) throws -> [Record] {
        let image = try TextImage(Array(text.utf8), layout: .oxenstored)
        let reader = RecordReader(stream: image.stream, format: StreamFormat(text: .oxenstored))
        let records = try image.starts.dropLast().enumerated().map { try reader.record(at: $1, number: $0 + 1) }
        #expect(records.flatMap { TextImage.line(of: $0, layout: .oxenstored) } == Array(text.utf8))
        return records
    }

    @Test func aWatchMayHaveADepth() throws {
        let found = try records(
            Self.header + "global,-1\nwatch,2,2f61,74,0\nwatch,-9,2f61,74,65534\nwatch,2,2f61,74\nwatch,2,,,3\n")
        #expect(found.allSatisfy { $0.residue == nil })
        #expect(found[1].body == .global(GlobalData(rwSocketFD: -1)))
        let depths = found.map { record -> Int? in
            if case .watchExtended(let data) = record.body { Int(data.depth) } else { nil }
        }
        #expect(depths == [nil, nil, 0, 65_534, nil, 3])
    }

    @Test(arguments: ["65535", "x", "-1", "", "1,2"])
    func aDepthThatIsNoneMakesALineUnknown(_ depth: String) throws {
        #expect(try records(Self.header + "watch,2,2f61,74,\(depth)\n").map(\.type) == [.textLine, .textLine])
    }

    @Test func anOddDepthIsReadAndKept() throws {
        let found = try records(Self.header + "watch,2,2f61,74,+03\n")
        #expect(found[1].residue != nil && found[1].type == .watchDataExtended)
    }
}
