import TestSupport
import Testing
import XenstoreAnalysis

@Suite struct FindingsOfRestoreDocumentTests {
    @Test func everyEffectOfARestoreIsInTheDocument() {
        let document = String(decoding: Files.read(Fixtures.root + "/docs/findings.md"), as: UTF8.self)
        for effect in RestoreForecast.Effect.allCases where effect != .accepts {
            if !document.contains("`restore-\(effect.rawValue)`") {
                Issue.record("docs/findings.md lacks restore-\(effect.rawValue)")
            }
        }
    }
}
