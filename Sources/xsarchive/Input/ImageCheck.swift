import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Everything that is found in one image.
struct ImageCheck {
    let items: [QueryFindings.Item]
    let inapplicable: [(name: String, reason: String)]
    let forecast: RestoreForecast

    init(_ loaded: LoadedImage) throws {
        forecast = try RestoreForecast(loaded.image)
        let queries = try QueryFindings(loaded.archive, imageID: loaded.imageID)
        items = (loaded.image.findings + forecast.findings).map { ($0, nil) } + queries.items
        inapplicable = queries.inapplicable
    }
}
