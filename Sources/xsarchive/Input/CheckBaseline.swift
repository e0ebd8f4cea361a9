import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The image with which `check --new-since` compares.
struct CheckBaseline {
    /// Its name, as messages have it.
    let name: String
    private let findings: ImageFindings
    private let coverage: Coverage
    private let isDamaged: Bool

    /// - Parameters:
    ///   - loaded: the image.
    ///   - release: the version of Xen to whose C xenstored the forecast is limited; nil: any.
    init(_ loaded: LoadedImage, for release: XenVersion? = nil) throws {
        name = loaded.source.name
        findings = try ImageCheck(loaded, for: release, isForComparison: true).findings
        coverage = loaded.source.coverage
        isDamaged = loaded.image.isDamaged
    }

    /// Compares the findings of an image with those of this one.
    func comparison(_ check: ImageCheck) -> FindingComparison {
        FindingComparison(findings, check.findings)
    }

    /// Why what is new or gone may only be out of sight in one of the images; nil if it is not.
    func limitation(_ loaded: LoadedImage) -> String? {
        let name = loaded.source.name
        if isDamaged || loaded.image.isDamaged {
            return "\(isDamaged ? self.name : name) is damaged: what seems new or gone may come from that"
        }
        guard loaded.source.coverage != coverage else { return nil }
        return "\(self.name) and \(name) do not cover the same: what seems new or gone may only be not covered"
    }
}
