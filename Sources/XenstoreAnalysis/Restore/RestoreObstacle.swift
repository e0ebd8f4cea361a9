import XenstoreArchive
import XenstoreStream

/// Why a daemon does not get as far as to serve what an image holds.
public struct RestoreObstacle: Sendable {
    /// The reason, as a part of a sentence.
    public let reason: String
    /// What to do about it; nil: nothing simple.
    public let suggestion: String?

    /// Looks for an obstacle; nil if there is none.
    /// - Parameters:
    ///   - image: the image.
    ///   - rules: the daemon that would restore it.
    ///   - coverage: what the image covers, if the archive says it; nil: what its bytes show.
    /// - Throws: the errors of reading the image.
    public init?(_ image: ScannedImage, _ rules: DaemonRules, coverage: Coverage? = nil) throws {
        let layout = image.format.layout
        if layout.hasOnlyNodes {
            (reason, suggestion) = ("no daemon restores an image that has only nodes", nil)
            return
        }
        guard layout.isText == (rules == .oxenstored) else {
            reason = rules == .oxenstored ? "oxenstored restores its own text only" : "a C xenstored restores no text"
            suggestion =
                "'xsarchive rebuild --layout \(rules == .oxenstored ? "oxenstored" : "v1")' makes what it restores"
            return
        }
        if layout == .draft {
            (reason, suggestion) = (
                "no released daemon reads the draft layout", "'xsarchive rebuild --layout v1' converts"
            )
            return
        }
        if layout == .v2 && rules == .c417 {
            reason = "\(rules.title) refuses version 2"
            suggestion = "'xsarchive rebuild --layout v1' converts"
            return
        }
        let forecast = try RestoreForecast(image, for: Self.release(rules, layout), coverage: coverage)
        if forecast.isUnknown {
            (reason, suggestion) = ("the image does not say what connections there were", nil)
            return
        }
        guard let end = forecast.events.first(where: { $0.effect == .dies }) else { return nil }
        (reason, suggestion) = ("\(forecast.daemonTitle ?? "") \(end.message)", nil)
    }

    /// The newest version with these rules that reads the layout; nil for oxenstored.
    private static func release(_ rules: DaemonRules, _ layout: Layout) -> XenVersion? {
        switch rules {
        case .c417: XenVersion(4, 17)
        case .c418: layout == .v2 ? XenVersion(4, 21) : XenVersion(4, 20)
        case .c422: XenVersion(4, 22)
        case .oxenstored: nil
        }
    }
}
