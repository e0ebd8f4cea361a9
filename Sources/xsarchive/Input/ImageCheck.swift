import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Everything that is found in one image.
struct ImageCheck {
    let findings: ImageFindings
    let forecast: RestoreForecast
    let layout: Layout
    /// To what the nodes of the image are limited; nil if they are not.
    let limitation: String?

    var items: [ImageFinding] { findings.items }
    var inapplicable: [(name: String, reason: String)] { findings.inapplicable }

    /// - Parameters:
    ///   - loaded: the image.
    ///   - release: the version of Xen to whose C xenstored the forecast is limited; nil: any.
    ///   - isForComparison: whether to list every row of a query, so that the image can be compared
    ///     with another.
    init(_ loaded: LoadedImage, for release: XenVersion? = nil, isForComparison: Bool = false) throws {
        layout = loaded.source.format.layout
        limitation = CoverageText.limitation(
            loaded.source.coverage, loaded.source.format.layout, isDamaged: loaded.source.isDamaged)
        forecast = try RestoreForecast(loaded.image, for: release, coverage: loaded.source.coverage)
        findings = try ImageFindings(
            loaded.image, forecast, loaded.archive, imageID: loaded.imageID, limit: isForComparison ? .max : 100)
    }

    /// The queries that do not apply, by the reason, in the order of the first of each.
    var inapplicableByReason: [(reason: String, names: [String])] {
        var groups: [(reason: String, names: [String])] = []
        for (name, reason) in inapplicable {
            if let index = groups.firstIndex(where: { $0.reason == reason }) {
                groups[index].names.append(name)
            } else {
                groups.append((reason, [name]))
            }
        }
        return groups
    }
}
