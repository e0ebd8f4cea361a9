import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A report about an image, or about what changed from one to another.
struct Report {
    private let image: ReportImage
    private let old: ReportImage?
    private let tree: ReportTree
    /// Nil if only `write` needs them: when it runs, the bytes of the images are no longer there.
    private var columns: ReportColumns?
    private let changes: [Change]
    private let omissions: [String]
    private let connections: ReportConnections
    private let redactor: Redactor?
    private var logs: ReportLogs?

    /// - Parameters:
    ///   - loaded: the image; the newer one of two.
    ///   - other: the older image.
    ///   - redactor: replaces secrets; nil: the page shows all values.
    /// - Throws: the errors of reading the images, and `ArchiveError` if they have more nodes than
    ///   a page can show.
    init(_ loaded: LoadedImage, comparedWith other: LoadedImage? = nil, redactor: Redactor? = nil) throws {
        // Findings and query results come from an image that no longer contains the secrets.
        let isComparison = other != nil
        image = try ReportImage(redactor.map(loaded.redacted) ?? loaded, isForComparison: isComparison)
        old = try other.map { try ReportImage(redactor.map($0.redacted) ?? $0, isForComparison: true) }
        var tree = try ReportTree(loaded.image, comparedWith: other?.image, redactor)
        let diff = try other.map { try Diff($0.source, loaded.source) }
        changes = diff?.changes ?? []
        omissions =
            DiffOmissions(
                diff?.omissions ?? [], old: other?.source.name ?? "", new: loaded.source.name,
                shown: Set(Change.Kind.allCases)
            ).lines
        if !omissions.isEmpty { tree.keepMarks(of: changes) }
        self.tree = tree
        connections = try ReportConnections(loaded.source, redactor)
        self.redactor = redactor
        logs = try ReportLogs(loaded.source, comparedWith: other?.source, redactor)
        if let other, logs != nil {
            let columns = ReportColumns(tree)
            self.columns = columns
            try logs?.findAuthors(of: changes, from: other.source, to: loaded.source, tree, columns)
        }
    }

    /// The number of nodes in the tree.
    var nodeCount: Int {
        tree.nodeCount
    }

    /// How much was replaced in the images; nil if the page shows all values.
    var redaction: RedactionCount? {
        [old, image].compactMap { $0?.redaction }.reduce(nil) { sum, count in
            var all = sum ?? RedactionCount()
            all += count
            return all
        }
    }

    private var title: String {
        let name = image.source.name
        return old.map { "\($0.source.name) → \(name)" } ?? name
    }

    /// Writes the page, a part at a time: as a whole it is half as large as the image.
    /// - Parameter output: is called with each part.
    /// - Throws: the errors of reading the archive, and what `output` throws.
    func write(to output: (Octets) throws -> Void) throws {
        let columns = columns ?? ReportColumns(tree)
        let devices = ReportDevices(tree, image.source)
        try ReportPage.write(
            title: "\(title) · xsarchive",
            members: [
                ("program", { .string("xsarchive \(ProgramVersion.number)") }),
                ("title", { .string(Escape.printable(title)) }),
                ("images", { .array(try [old, image].compactMap { try $0?.json }) }), ("tree", { columns.json }),
                ("findings", { ReportFindings(image, comparedWith: old, isRedacted: redactor != nil).json }),
                ("devices", { devices.json(columns) }), ("connections", { connections.json }),
                ("changes", { .array(otherChanges.map(Self.row)) }),
                ("omissions", { .array(omissions.map { .string(Escape.printable($0)) }) }),
            ] + (try logs?.json(devices, tree) ?? []).map { name, value in (name, { value }) }, to: output)
    }

    /// The changes that the tree does not show.
    private var otherChanges: [Change] {
        let byteOrder = image.source.format.byteOrder
        return changes.filter { $0.kind != .node && $0.kind != .perms }.map {
            redactor?.redact($0, byteOrder: byteOrder) ?? $0
        }
    }

    /// A change of anything except a node (the tree shows those): action, heading, domid, name, and
    /// the rest as text.
    private static func row(_ change: Change) -> JSON {
        let cells: [JSON] = [
            .string(change.action.rawValue), .string(DiffText.heading(change.kind)),
            change.domid.map { .integer(Int64($0)) } ?? .null,
            .string(DiffText.name(change)), .string(DiffText.detail(change)),
        ]
        return .array(cells)
    }
}
