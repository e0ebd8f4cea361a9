import XenstoreArchive
import XenstoreStream

/// Everything that is found in one image: by the rules of the format, by a forecast of its restore,
/// and by the named queries with a severity.
public struct ImageFindings: Sendable {
    /// The findings, in this order; those of the format and of the forecast in the order of the
    /// stream, but damage before everything else, as that may come from it; those of the queries in
    /// the order of their names.
    public let items: [ImageFinding]
    /// The queries that do not apply to this image, each with the reason.
    public let inapplicable: [(name: String, reason: String)]
    /// The rules of which not every finding is listed.
    let cutRules: Set<String>

    /// Collects the findings of an image.
    /// - Parameters:
    ///   - image: the image.
    ///   - forecast: what a daemon would do with it.
    ///   - archive: the archive that holds it.
    ///   - imageID: its id.
    ///   - limit: the maximum number of rows of one query that become findings; one more counts the
    ///     rest.
    /// - Throws: the errors of reading the image and the archive.
    public init(
        _ image: ScannedImage, _ forecast: RestoreForecast, _ archive: Archive, imageID: Int64, limit: Int = 100
    ) throws {
        let events = forecast.findings
        let subjects = try RecordSubjects(image, image.findings + events)
        let queries = try QueryFindings(archive, imageID: imageID, limit: limit)
        let damage = Set(Rule.ofDamage.map(\.rawValue))
        let (ofDamage, others) = (
            image.findings.filter { damage.contains($0.rule) }, image.findings.filter { !damage.contains($0.rule) }
        )
        items =
            (ofDamage + others).map { finding in
                let fields = finding.record.map(subjects.fields) ?? []
                // Without a record, the sentence is the subject.
                return ImageFinding(
                    finding, fields: fields, subject: fields,
                    sentence: fields.isEmpty ? Self.withoutNumbers(finding.message) : "")
            }
            + events.map { finding in
                let fields = finding.record.map(subjects.fields) ?? []
                return ImageFinding(
                    finding, fields: fields, subject: fields, sentence: Self.withoutNumbers(finding.message))
            } + queries.items
        inapplicable = queries.inapplicable
        var cut = Set(items.filter { $0.finding.unlistedCount > 0 }.map(\.finding.rule))
        let effects = Dictionary(grouping: events, by: \.rule)
        cut.formUnion(effects.filter { $0.value.count >= RestoreForecast.mostEvents }.keys)
        cutRules = cut
    }

    /// A sentence with each run of digits and each quoted text replaced: how many bytes are odd, in
    /// which record, and what an odd value is differ from image to image.
    static func withoutNumbers(_ sentence: String) -> String {
        var result = ""
        var isQuoted = false
        var isEscaped = false
        var isNumber = false
        for scalar in sentence.unicodeScalars {
            if isQuoted {
                isQuoted = isEscaped || scalar != "\""
                isEscaped = !isEscaped && scalar == "\\"
            } else if scalar == "\"" {
                isQuoted = true
                result += "\"\""
            } else if ("0"..."9").contains(scalar) {
                if !isNumber { result += "#" }
                isNumber = true
                continue
            } else {
                result.unicodeScalars.append(scalar)
            }
            isNumber = false
        }
        return result
    }
}
