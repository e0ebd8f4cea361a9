import XenstoreArchive
import XenstoreStream

/// An image as `PlainDiff` reads it: record by record, from the bytes alone.
struct PlainImage {
    let layout: Layout
    /// Without END.
    let records: [Record]
    let end: Record?
    let trailer: Octets
    /// What the image covers; other tests say whether this is right.
    let coverage: Coverage

    init(_ bytes: [UInt8], _ layout: Layout) throws {
        self.layout = layout
        var reader = try StreamReader(bytes: bytes, format: StreamFormat(layout: layout))
        var records: [Record] = []
        while let record = try reader.next() { records.append(record) }
        end = records.last?.type == .end ? records.removeLast() : nil
        self.records = records
        trailer = reader.trailer
        coverage = try ScannedImage(bytes: bytes, layout: layout).coverage
    }

    /// The bytes of a path as `ChangeLine` shows it: as text, or as a list of numbers.
    private static func octets(_ text: String) -> Octets {
        guard text.hasPrefix("[") else { return Octets(text.utf8) }
        return Octets(text.dropFirst().dropLast().split(separator: ", ").compactMap { UInt8($0) })
    }

    /// Whether the image would have the thing if it existed.
    func covers(_ line: ChangeLine) -> Bool {
        let kinds: [String: Coverage.Kind] = [
            "global": .connections, "connection": .connections, "watch": .watches, "transaction": .transactions,
            "quota": .quotas, "domain": .quotas, "duplicate": .nodes,
        ]
        if let kind = kinds[line.kind], kind != .nodes { return coverage.covers(kind, domid: UInt16(line.domid)) }
        guard line.kind == "node" || line.kind == "duplicate" else { return true }
        if line.name.isEmpty {
            let path = Self.octets(line.path)
            return path.first == UInt8(ascii: "@") ? coverage.covers(.special) : coverage.covers(.nodes, path)
        }
        let domid = line.name.split(separator: " ").first { $0.hasPrefix("conn_domid=") }
        return coverage.covers(.pending, domid: domid.flatMap { UInt16($0.dropFirst("conn_domid=".count)) })
    }
}
