import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Everything that is found in one image.
struct ImageCheck {
    let items: [QueryFindings.Item]
    let inapplicable: [(name: String, reason: String)]
    let forecast: RestoreForecast
    let layout: Layout
    /// To what the nodes of the image are limited; nil if they are not.
    let limitation: String?

    init(_ loaded: LoadedImage) throws {
        layout = loaded.source.format.layout
        limitation = CoverageText.limitation(
            loaded.source.coverage, loaded.source.format.layout, isDamaged: loaded.source.isDamaged)
        forecast = try RestoreForecast(loaded.image)
        let queries = try QueryFindings(loaded.archive, imageID: loaded.imageID)
        // Damage comes first: what else is found may come from it.
        let damage = Set(Rule.ofDamage.map(\.rawValue))
        let findings =
            loaded.image.findings.filter { damage.contains($0.rule) }
            + loaded.image.findings.filter { !damage.contains($0.rule) }
        items = (findings + forecast.findings).map { ($0, nil) } + queries.items
        inapplicable = queries.inapplicable
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
