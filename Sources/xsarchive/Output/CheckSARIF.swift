import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Findings as SARIF 2.1.0, which code hosts and editors read.
enum CheckSARIF {
    struct Result {
        let image: String
        let item: ImageFinding
        /// Whether it is new; nil if the image is not compared with another.
        let state: FindingComparison.State?

        var finding: Finding { item.finding }
    }

    static func document(_ results: [Result], notes: [String]) -> JSON {
        let rules = rules(results)
        let indices = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($0.element.id, $0.offset) })
        return .object([
            ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .string("2.1.0")),
            (
                "runs",
                .array([
                    .object([
                        (
                            "tool",
                            .object([
                                (
                                    "driver",
                                    .object([
                                        ("name", .string("xsarchive")), ("version", .string(ProgramVersion.number)),
                                        ("rules", .array(rules.map(\.json))),
                                    ])
                                )
                            ])
                        ),
                        (
                            "invocations",
                            .array([
                                .object([
                                    ("executionSuccessful", .bool(true)),
                                    (
                                        "toolExecutionNotifications",
                                        .array(
                                            notes.map { .object([("level", .string("note")), ("message", text($0))]) })
                                    ),
                                ])
                            ])
                        ),
                        ("results", .array(results.map { result($0, indices[$0.finding.rule]) })),
                    ])
                ])
            ),
        ])
    }

    private struct SARIFRule {
        let id: String
        let title: String
        let help: String
        let severity: Finding.Severity

        var json: JSON {
            .object([
                ("id", .string(id)), ("shortDescription", text(title)), ("fullDescription", text(help)),
                ("defaultConfiguration", .object([("level", .string(level(severity)))])),
            ])
        }
    }

    /// The rules of the named queries, and of all other findings.
    private static func rules(_ results: [Result]) -> [SARIFRule] {
        var rules = NamedQuery.rules.map { query in
            let help = query.references.isEmpty ? query.why : "\(query.why) (\(query.references))"
            return SARIFRule(id: query.name, title: query.title, help: help, severity: query.severity ?? .info)
        }
        for finding in results.map(\.finding) where !rules.contains(where: { $0.id == finding.rule }) {
            let title = finding.expected.isEmpty ? finding.rule : "expected: \(finding.expected)"
            rules.append(SARIFRule(id: finding.rule, title: title, help: title, severity: finding.severity))
        }
        return rules
    }

    private static func result(_ result: Result, _ index: Int?) -> JSON {
        var physical: [(String, JSON)] = [("artifactLocation", .object([("uri", .string(uri(result.image)))]))]
        if let offset = result.finding.offset {
            physical.append(("region", .object([("byteOffset", .integer(Int64(offset)))])))
        }
        var location: [(String, JSON)] = [("physicalLocation", .object(physical))]
        if let path = result.item.path {
            location.append(
                (
                    "logicalLocations",
                    .array([.object([("fullyQualifiedName", .string(path)), ("kind", .string("object"))])])
                ))
        }
        let fingerprint = Digest.sha256(Array(result.item.identity.utf8))
        return .object(
            [
                ("ruleId", .string(result.finding.rule)), ("ruleIndex", .integer(Int64(index ?? -1))),
                ("level", .string(level(result.finding.severity))), ("message", text(result.finding.message)),
                ("locations", .array([.object(location)])),
                ("partialFingerprints", .object([("ruleAndSubject/v1", .string(fingerprint))])),
            ] + (result.state == .new ? [("baselineState", .string("new"))] : []))
    }

    private static func text(_ message: String) -> JSON {
        .object([("text", .string(message))])
    }

    private static func level(_ severity: Finding.Severity) -> String {
        switch severity {
        case .info: "note"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// The image's name as a relative URI reference, percent-encoded.
    private static func uri(_ name: String) -> String {
        var result = ""
        for byte in name.utf8 {
            let scalar = UnicodeScalar(byte)
            let isPlain =
                byte < 0x80
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-._~/@".unicodeScalars.contains(scalar))
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%" + Hexadecimal.text(byte).uppercased()
            }
        }
        return result
    }
}
