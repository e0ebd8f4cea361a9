import ArchiveSQL
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Runs named queries on small images of which the right answer is known.
final class QueryAnswers {
    let archive: Archive

    init() throws {
        archive = try Archive.inMemory()
    }

    /// Imports an image and answers with its id.
    @discardableResult
    func store(
        _ bodies: [RecordBody], name: String = "image", series: String = "main", at time: String? = nil,
        _ format: StreamFormat = StreamFormat(layout: .v1)
    ) throws -> String {
        let image = try ScannedImage(bytes: try Images.encode(bodies, format), layout: format.layout)
        return String(
            try Importer(archive).store(image, label: ImageLabel(name: name, series: series, capturedAt: time)).imageID)
    }

    /// The rows, each as its values with `|` between.
    func rows(_ name: String, _ parameters: [String: String]) throws -> [String] {
        let query = try #require(NamedQuery.all.first { $0.name == name }, "\(name)")
        return try rows(try query.prepare(archive, parameters: parameters), name, query.header.typedColumns)
    }

    func rows(sql: String) throws -> [String] {
        try rows(try archive.database.prepareReadOnly(sql), "SQL")
    }

    /// - Parameters:
    ///   - statement: a query with its parameters.
    ///   - name: the query's.
    ///   - columns: the types that the values of each row must have; none: any.
    private func rows(
        _ statement: Statement, _ name: String, _ columns: [TypedColumn] = []
    ) throws -> [String] {
        var rows: [String] = []
        while try statement.step() {
            expectTypes(columns, statement, name)
            rows.append((0..<statement.columnCount).map { text(statement.value($0)) }.joined(separator: "|"))
        }
        return rows
    }

    private func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets): ChangeLine.text(octets)
        case .blob(let octets): "\(Array(octets))"
        }
    }

    /// The rows for one image; nothing of a second image in the archive may appear.
    func rows(_ name: String, _ bodies: [RecordBody], _ parameters: [String: String] = [:]) throws -> [String] {
        try store(Self.noise, name: "other")
        return try rows(name, parameters.merging(["image_id": try store(bodies)]) { $1 })
    }

    /// Something for nearly every query to find.
    private static let noise = [
        ring(1, of: 0), ring(2, of: 9, target: 8), watch(2, "/other", "o"), node("/other", "o", "b9,r8:stale,w7"),
        transaction(2, tx: 3), pendingNode(2, tx: 3, "/other/p"), node("/libxl/9/x", "", "n9"),
        node("/local/domain/9/x", "", "b7"),
    ]
}

/// A query finds exactly these rows in an image.
func finds(
    _ name: String, _ bodies: [RecordBody], _ rows: [String], sourceLocation: SourceLocation = #_sourceLocation
) throws {
    try finds(name, bodies, [:], rows, sourceLocation: sourceLocation)
}

func finds(
    _ name: String, _ bodies: [RecordBody], _ parameters: [String: String], _ rows: [String],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(!rows.isEmpty, sourceLocation: sourceLocation)
    #expect(try QueryAnswers().rows(name, bodies, parameters) == rows, "\(name)", sourceLocation: sourceLocation)
}

func findsNothing(
    _ name: String, _ bodies: [RecordBody] = Host.healthy, _ parameters: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(try QueryAnswers().rows(name, bodies, parameters) == [], "\(name)", sourceLocation: sourceLocation)
}

/// Small hosts.
enum Host {
    /// A ring with an event channel of its own.
    static func guest(_ connID: UInt32, _ domid: UInt16, target: UInt16 = ConnectionData.noDomain) -> RecordBody {
        .connection(ConnectionData(connID: connID, ringOf: domid, tdomid: target, evtchn: 100 + UInt32(domid)))
    }

    static func home(_ domid: Int, _ name: String) -> [RecordBody] {
        let perms = "n0,r\(domid)"
        return [
            node("/local/domain/\(domid)", "", perms), node("/local/domain/\(domid)/name", name, perms),
            node("/local/domain/\(domid)/vm", "/vm/uuid-\(domid)", perms), node("/vm/uuid-\(domid)", "", perms),
            node("/local/domain/\(domid)/data", "", "n\(domid)"),
            node("/local/domain/\(domid)/data/os", "linux", "n\(domid)"),
        ]
    }

    /// A device whose two ends are connected.
    static func device(_ domid: Int, front: String? = "4", back: String? = "4") -> [RecordBody] {
        let frontend = "/local/domain/\(domid)/device/vif/0"
        let backend = "/local/domain/0/backend/vif/\(domid)/0"
        return [
            node("/local/domain/\(domid)/device", "", "n0,r\(domid)"),
            node("/local/domain/\(domid)/device/vif", "", "n0,r\(domid)"),
            node(frontend, "", "n\(domid),r0"), node(frontend + "/backend", backend, "n\(domid),r0"),
            node("/local/domain/0/backend", "", "n0"), node("/local/domain/0/backend/vif", "", "n0"),
            node("/local/domain/0/backend/vif/\(domid)", "", "n0,r\(domid)"), node(backend, "", "n0,r\(domid)"),
            node(backend + "/frontend", frontend, "n0,r\(domid)"), node("/libxl/\(domid)", "", "n0"),
            node("/libxl/\(domid)/device/vif/0/backend", backend, "n0"),
        ] + (front.map { [node(frontend + "/state", $0, "n\(domid),r0")] } ?? [])
            + (back.map { [node(backend + "/state", $0, "n0,r\(domid)")] } ?? [])
    }

    static let base = [
        RecordBody.global(GlobalData(rwSocketFD: 3, secondFD: 6)), guest(1, 0), guest(2, 5), socket(3, descriptor: 7),
        watch(2, "device", "fe"), watch(3, "@releaseDomain", "r"), node("@releaseDomain"), node("@introduceDomain"),
        node("/"),
        node("/local"), node("/local/domain"), node("/vm"), node("/libxl"), node("/tool"), node("/local/domain/0"),
        node("/local/domain/0/name", "Domain-0"),
    ]

    /// One healthy guest: no query with a severity finds anything.
    static let healthy = base + home(5, "guest") + device(5)

    /// One migrating domain's part of a host: what is missing may exist on the host.
    static let part =
        [guest(2, 5)] + home(5, "guest") + [
            node("/local/domain/0/backend/vif/5/0/frontend", "/local/domain/5/device/vif/0", "n0,r5"),
            node("/local/domain/0/backend/vif/6", "", "n0,r6"), node("/local/domain/7", "", "n7,r8"),
        ]
}

/// Holds a row against the types that the query's header, or the view's comment, declares.
func expectTypes(
    _ columns: [TypedColumn], _ statement: Statement, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    for (index, column) in columns.enumerated() {
        let value = statement.value(index)
        let isRight =
            switch (column.type, value) {
            case (_, .null), (.any, _), (.integer, .integer), (.real, .real), (.text, .text), (.octets, .text),
                (.octets, .blob):
                true
            default: false
            }
        #expect(
            isRight, "\(name): \(column.name) is \(column.type), but a row has \(value)",
            sourceLocation: sourceLocation)
    }
}
