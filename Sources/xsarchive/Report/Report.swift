import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A report on an image, or on what changed from one to another.
struct Report {
    private let image: ReportImage
    private let old: ReportImage?
    private let tree: ReportTree
    private let columns: ReportColumns
    private let changes: [Change]
    private let connections: ReportConnections
    private let redactor: Redactor?

    /// - Parameters:
    ///   - loaded: the image, of two the newer.
    ///   - other: the older one.
    ///   - redactor: replaces secrets; nil: the page has all values.
    /// - Throws: what reading the images throws, and `ArchiveError` where they hold more nodes than a page can.
    init(_ loaded: LoadedImage, comparedWith other: LoadedImage? = nil, redactor: Redactor? = nil) throws {
        // What is told in sentences and tables of queries is told of an image that has no secrets any more.
        image = try ReportImage(redactor.map(loaded.redacted) ?? loaded)
        old = try other.map { try ReportImage(redactor.map($0.redacted) ?? $0) }
        tree = try ReportTree(loaded.source, comparedWith: other?.source, redactor)
        columns = ReportColumns(tree)
        changes = try other.map { try Diff($0.source, loaded.source).changes } ?? []
        connections = try ReportConnections(loaded.source, redactor)
        self.redactor = redactor
    }

    /// How many nodes the tree has.
    var nodeCount: Int {
        columns.count
    }

    private var title: String {
        let name = image.loaded.source.name
        return old.map { "\($0.loaded.source.name) → \(name)" } ?? name
    }

    func html() throws -> [UInt8] {
        let byteOrder = image.loaded.source.format.byteOrder
        let others = changes.filter { $0.kind != .node && $0.kind != .perms }.map {
            redactor?.redact($0, byteOrder: byteOrder) ?? $0
        }
        let data = JSON.object([
            ("program", .string("xsarchive \(XSArchive.version)")), ("title", .string(Escape.printable(title))),
            ("images", .array(try [old, image].compactMap { try $0?.json })), ("tree", columns.json),
            ("findings", ReportFindings(image, comparedWith: old, isRedacted: redactor != nil).json),
            ("devices", ReportDevices(tree).json(columns)), ("connections", connections.json),
            ("changes", .array(others.map(Self.row))),
        ])
        return ReportPage.html(title: "\(title) · xsarchive", data: data)
    }

    /// A change of anything but a node, which the tree shows: what, heading, domid, name, and the rest as text.
    private static func row(_ change: Change) -> JSON {
        let cells: [JSON] = [
            .string(change.action.rawValue), .string(DiffText.heading(change.kind)),
            change.domid.map { .integer(Int64($0)) } ?? .null,
            .string(DiffText.name(change)), .string(DiffText.detail(change)),
        ]
        return .array(cells)
    }
}
