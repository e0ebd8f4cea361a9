import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What `show` prints about an image.
struct ImageSummary {
    let source: ImageSource
    let counts: [RecordType: Int]
    var waiting: [Backlog] = []
    var findings: [Finding] = []
    /// What `check` finds; nil if it was not run.
    var checked: [Finding]?
    /// How it was made from another image; nil if it was not.
    var derivation: CustodyEntry?

    private var sortedCounts: [(RecordType, Int)] {
        counts.sorted { $0.key < $1.key }
    }

    private var certainty: (String, reason: String) {
        switch source.origin {
        case .file(let image): (image.detection.certainty.rawValue, image.detection.reason)
        case .unchecked(let image): (image.detection.certainty.rawValue, image.detection.reason)
        case .archive(_, let image): (image.stream.certainty, image.stream.layoutReason)
        }
    }

    private var verbatim: Int {
        switch source.origin {
        case .file(let image): image.verbatimCount
        case .unchecked(let image): image.verbatimCount
        case .archive(_, let image): Int(image.stream.verbatimBytes)
        }
    }

    private var label: [(String, String?)] {
        switch source.origin {
        case .file, .unchecked: [("file", source.name)]
        case .archive(_, let image):
            [
                ("image", "@\(image.imageID)"), ("name", image.label.name), ("series", image.label.series),
                ("captured", image.label.capturedAt), ("imported", image.importedAt),
            ] + (image.lastSeen.map { [("last seen", $0)] } ?? [])
                + (derivation.map { [("parent", $0.source), ("steps", $0.note)] } ?? [])
        }
    }

    /// Facts about the image as a whole, as names and values.
    var facts: [(String, String)] {
        identity + [verbatimFact]
    }

    private var identity: [(String, String)] {
        let layout = ("layout", "\(source.format.layout.rawValue), \(certainty.0): \(certainty.reason)")
        return label.map { ($0.0, $0.1 ?? "unknown") } + [("size", "\(source.size) bytes"), ("sha256", source.sha256)]
            + (source.format.layout.isText ? [layout] + contents : [header, layout] + framing) + coverage + [
                ("records", "\(counts.values.reduce(0, +))")
            ]
    }

    private var header: (String, String) {
        ("header", source.header.map { "version \($0.version), flags 0x\(String($0.flags, radix: 16))" } ?? "none")
    }

    /// The facts that only streams have.
    private var framing: [(String, String)] {
        let lengthRule =
            source.format.lengthRule == .padded
            ? "includes the padding, as the C daemon writes it" : "covers only the body, as the document specifies"
        return [("byte order", source.format.byteOrder.rawValue), ("len", lengthRule)]
    }

    /// What a text holds, which is less than a stream holds; nothing for a listing.
    private var contents: [(String, String)] {
        let what =
            switch source.format.layout {
            case let layout where layout.isOfDatabase: "only nodes, and those pending in transactions"
            case let layout where layout.hasOnlyNodes: "only nodes"
            default: "a whole state, except transactions, targets and buffered data"
            }
        return source.format.layout.isListing ? [] : [("holds", what)]
    }

    /// What the image can say something about, and where its tree begins.
    private var coverage: [(String, String)] {
        [
            ("covers", CoverageText.covered(source.coverage)),
            ("not covered", CoverageText.uncovered(source.coverage)), ("root", CoverageText.root(source.root)),
        ]
    }

    /// The areas of each kind that is covered anywhere.
    private var covered: JSON {
        .object(
            Coverage.Kind.allCases.filter { source.coverage.covers($0) }.map { kind in
                let areas = source.coverage.areas.filter { $0.kind == kind }
                let objects = areas.map { area in
                    JSON.object([
                        ("root", .bytes(area.root)), ("includes_root", .bool(area.includesRoot)),
                        ("covered", .bool(area.isCovered)),
                    ])
                }
                return (kind.rawValue, .array(objects))
            })
    }

    private var verbatimFact: (String, String) {
        ("verbatim", "\(verbatim) bytes stored as they are, because no field explains them")
    }

    var text: String {
        var lines = identity + sortedCounts.map { ("  " + $0.0.name, "\($0.1)") }
        lines.append(verbatimFact)
        lines.append(("findings", findings.isEmpty ? "none of the format" : "\(findings.count) of the format"))
        lines.append(("check", checkedText))
        let width = lines.map(\.0.count).max() ?? 0
        var text = lines.map {
            Style.dim($0.0) + String(repeating: " ", count: width - $0.0.count + 2) + Escape.printable($0.1)
        }
        text += findings.map { "  " + FindingText.line($0) }
        if !waiting.isEmpty { text += ["waiting"] + waiting.map { "  " + $0.text } }
        return text.joined(separator: "\n")
    }

    private var checkedText: String {
        guard let checked else { return "not run, as the image is large; 'xsarchive check' or --check runs it" }
        let summary = FindingText.summary(checked, nothing: "nothing found")
        return checked.isEmpty ? summary : summary + "; 'xsarchive check --severity info' lists them"
    }

    /// The number of findings of each severity.
    private var checkedCounts: JSON {
        guard let checked else { return .null }
        return .object(
            Finding.Severity.allCases.reversed().map { severity in
                (severity.rawValue, .integer(Int64(checked.count { $0.severity == severity })))
            })
    }

    var json: JSON {
        .object(
            label.map { ($0.0, JSON.optional($0.1)) } + [
                ("size", .integer(Int64(source.size))), ("sha256", .string(source.sha256)),
                ("version", source.header.map { .integer(Int64($0.version)) } ?? .null),
                ("flags", source.header.map { .integer(Int64($0.flags)) } ?? .null),
                ("layout", .string(source.format.layout.rawValue)), ("certainty", .string(certainty.0)),
                ("layout_reason", .string(certainty.reason)), ("byte_order", .string(source.format.byteOrder.rawValue)),
                ("length_rule", .string(source.format.lengthRule.rawValue)),
                ("partial", .bool(source.format.layout.isPartial)),
                ("records", .object(sortedCounts.map { ($0.0.name, .integer(Int64($0.1))) })),
                ("verbatim_bytes", .integer(Int64(verbatim))),
                ("waiting", .array(waiting.map(\.json))), ("findings", .array(findings.map(JSON.finding))),
                ("covers", covered),
                ("not_covered", .array(source.coverage.uncovered.map { .string($0.rawValue) })),
                ("root", .bytes(source.root.path)),
                ("root_source", .string(source.root.source.rawValue)),
                ("check", checkedCounts),
            ])
    }
}
