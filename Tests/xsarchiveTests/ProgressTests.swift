import Testing

@testable import xsarchive

/// What a line of progress is made of; when it is shown depends on the clock, and is not tested.
@Suite struct ProgressTests {
    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (31_449_999, "31.4 MB"), (280_000_000, "280 MB"), (1_187_930_368, "1.1 GB"),
    ] as [(Double, String)])
    func sizesHaveThreeDigitsOrFewer(_ bytes: Double, _ text: String) {
        #expect(Progress.size(bytes) == text)
    }

    @Test(arguments: [(0, "0 s"), (4.2, "5 s"), (59.5, "1 min 0 s"), (130, "2 min 10 s"), (7300, "2 h 1 min")] as [(Double, String)])
    func timesAreRoundedUp(_ seconds: Double, _ text: String) {
        #expect(Progress.duration(seconds) == text)
    }

    @Test func whatCannotBeKnownIsSaidAllTheSame() {
        #expect(Progress.duration(.infinity) == "277777 h 46 min")
        #expect(Progress.size(.infinity).hasSuffix(" GB"))
    }

    @Test func aDurationHasHundredths() {
        #expect(Duration.milliseconds(420).formatted == "0.42 s")
        #expect(Duration.milliseconds(61_005).formatted == "61.00 s")
    }
}
