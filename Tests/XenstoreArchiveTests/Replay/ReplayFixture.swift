import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// An archive with images and logs of which the state at a moment is asked.
struct ReplayFixture {
    let fixture: ArchiveFixture

    var archive: Archive {
        fixture.archive
    }

    init() throws {
        fixture = try ArchiveFixture()
    }

    /// Stores nodes, one a line like `/x = 1 (n0)`, as an image that covers everything but special
    /// nodes.
    func image(_ lines: [String], at time: String?, name: String = "image") throws {
        let format = StreamFormat(layout: .v1, byteOrder: .little)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(GlobalData()))
        for line in ["/ =  (n0)"] + lines {
            let (path, rest) = Self.split(line, " = ")
            let (value, perms) = Self.split(rest, " (")
            let list = try #require(TextPermissions.read(Octets(perms.dropLast().utf8), separator: ASCII.comma))
            try writer.write(
                .node(NodeData(path: TerminatedString(path), value: Octets(value.utf8), perms: list)))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        try fixture.store(writer.bytes, name, at: time)
    }

    private static func split(_ text: String, _ separator: String) -> (String, String) {
        guard let range = text.ranges(of: separator).last else { return (text, "") }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }

    /// Stores lines of an access log, each like `12.345 A1 write /x 1`: seconds after 21:00, the
    /// connection, the operation (with `_` for a blank), the data.
    func log(_ lines: [String], _ name: String = "access.log", run: Int64 = 1) throws {
        try store(Array(lines.map(Self.accessLine).joined().utf8), name, .access, run)
    }

    static func accessLine(_ line: String) -> String {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        let time = words[0].split(separator: ".").map(String.init)
        let second = String(repeating: "0", count: 2 - time[0].count) + time[0]
        func padded(_ word: String, _ width: Int) -> String {
            word + String(repeating: " ", count: max(0, width - word.count))
        }
        let operation = words[2].split(separator: "_").joined(separator: " ")
        let data = words.count > 3 ? words[3] : ""
        return "[20261125T21:00:\(second).\(time.count > 1 ? time[1] : "000")Z]  \(padded(words[1], 12)) "
            + "\(padded(operation, 9)) \(data)\n"
    }

    /// Stores a trace log as it is.
    func trace(_ text: String, modified: String? = nil) throws {
        try store(Array(text.utf8), "trace.log", .trace, 1, modified: modified)
    }

    private func store(_ bytes: [UInt8], _ name: String, _ form: LogForm, _ run: Int64, modified: String? = nil) throws
    {
        _ = try LogImporter(archive, run: run).store(
            bytes, form, label: ImageLabel(name: name, series: "main", modifiedAt: modified), from: Provenance())
    }

    func replay(_ text: String) throws -> ReplayedImage {
        try archive.replay(#require(try MomentReference(text)))
    }

    /// The nodes of the state at so many seconds after 21:00, but for the root, and its notes.
    func state(_ second: String, of name: String = "main") throws -> (nodes: [String], notes: [String]) {
        let time = second == "latest" ? second : "2026-11-25T21:00:" + (second.hasPrefix("0") ? second : second)
        let replayed = try replay("@\(name)@\(time)")
        let layout = replayed.image.format.layout
        var lines: [String] = []
        try replayed.image.forEachItem { _, item in
            guard case .record(let record) = item, case .node(let node) = record.body, node.path.octets.count > 1 else {
                return
            }
            let value = String(decoding: node.value, as: UTF8.self)
            let shown =
                switch ValueKnowledge(node, layout) {
                case .whole: value
                case .cut: value + "..."
                case .unknown: "?"
                }
            let perms = String(decoding: TextPermissions.text(node.perms, separator: ASCII.comma), as: UTF8.self)
            lines.append(
                "\(String(decoding: node.path.octets, as: UTF8.self)) = \(shown) (\(perms.isEmpty ? "?" : perms))")
        }
        return (lines, replayed.notes)
    }
}
