import TestSupport
import Testing

@Suite struct SeriesReferenceTests {
    /// Two hosts that are imported in turn: @1 and @3 of host7, @2 and @4 of host8.
    private func twoHosts() -> Workplace {
        let place = Workplace()
        for (index, file) in ["tiny", "small", "seq-1", "seq-2"].enumerated() {
            let name = index < 2 ? "n1" : "n2"
            expectDone(
                place.run(
                    "import", "--series", index % 2 == 0 ? "host7" : "host8", "--name", name,
                    Fixtures.path("xen-4.17-\(file).bin")))
        }
        return place
    }

    private func image(_ reference: String, _ place: Workplace) throws -> String? {
        try JSONText.object(place.run("show", "--format", "json", reference).text)["image"] as? String
    }

    @Test func anImageIsNamedWithinItsSeries() throws {
        let place = twoHosts()
        for (reference, id) in [
            ("@host7:latest", "@3"), ("@host7:~0", "@3"), ("@host7:~1", "@1"), ("@host7:latest~1", "@1"),
            ("@host8:latest", "@4"), ("@host8:~1", "@2"), ("@host7:n1", "@1"), ("@host8:n2", "@4"),
        ] {
            #expect(try image(reference, place) == id, "\(reference)")
            expectDone(place.run("show", reference))
        }
        let diff = place.run("diff", "@host7:~1", "@host7:latest", "--quiet")
        #expect(diff.ending == .exit(1) && diff.errorText == "")
        expectDone(place.run("query", "growth", "-P", "before_id=@host7:~1", "-P", "after_id=@host7:latest"))
    }

    @Test(arguments: [
        ("@host7", "no image named host7; it is a series: @host7:latest"),
        ("@host7:latest~2", "no image @host7:latest~2; the series has 2 images"),
        ("@host7:~2", "no image @host7:~2; the series has 2 images"),
        (
            "@host7:~99999999999999999999",
            "no image @host7:~99999999999999999999; 'xsarchive images --all' lists the images"
        ),
        ("@host7:n", "no image @host7:n; did you mean @host7:n1?"),
        ("@host7:n3", "no image @host7:n3; did you mean @host7:n1?"),
        ("@hots7:latest", "no image @hots7:latest; did you mean @host7:latest?"),
        ("@x:y", "no image @x:y; 'xsarchive images --all' lists the images"),
    ])
    func aReferenceToNothingIsTrouble(_ reference: String, _ why: String) {
        expectFailure(twoHosts().run("show", reference), 2, "xsarchive.db: \(why)")
    }

    @Test func anImageWithAColonInItsNameKeepsIt() throws {
        let place = twoHosts()
        place.write(Fixtures.bytes("xen-4.22-tiny.bin"), "host7:n1")
        place.write(Fixtures.bytes("xen-4.22-small.bin"), "dump-2026-08-01T12:00:00Z")
        expectDone(place.run("import", "--quiet", "host7:n1", "dump-2026-08-01T12:00:00Z"))
        #expect(try image("@host7:n1", place) == "@5")
        #expect(try image("@dump-2026-08-01T12:00:00Z", place) == "@6")
        #expect(try image("@main:dump-2026-08-01T12:00:00Z", place) == "@6")
        #expect(try image("@main:host7:n1", place) == "@5")
        expectUsage(
            place.run("import", "--name", "x:latest", Fixtures.path("xen-4.17-tiny.bin")),
            "the name x:latest would be confused with @ID, @latest or @SERIES:latest; choose another")
    }

    @Test func aSeriesWithAColonIsFound() throws {
        let place = Workplace()
        let tiny = Fixtures.path("xen-4.17-tiny.bin")
        expectDone(place.run("import", "--series", "a:b", "--name", "c", tiny))
        #expect(try image("@a:b:latest", place) == "@1")
        expectDone(place.run("import", "--series", "a", "--name", "b:c", tiny))
        expectFailure(
            place.run("show", "@a:b:c"), 2,
            "xsarchive.db: @a:b:c is of several series; use @2 (series a) or @1 (series a:b)")
    }

    @Test func whichSeriesWasTakenIsSaidIfThereAreSeveral() {
        let place = twoHosts()
        #expect(
            place.run("show", "@latest").errorText
                == "xsarchive: @latest is @4 n2 of series host8; there are 2 series, name one like @SERIES:latest\n")
        #expect(
            place.run("domains", "@latest~1").errorText
                == "xsarchive: @latest~1 is @3 n2 of series host7; there are 2 series, name one like "
                + "@SERIES:latest~1\n")
        #expect(
            place.run("export", "@n1", "-o", "out").errorText
                == "xsarchive: @n1 is @2 n1 of series host8; 2 series have this name, name one like @SERIES:n1\n")
        expectDone(place.run("show", "@3"))
        #expect(place.run("check", "--quiet", "@latest").errorText == "")
        #expect(place.run("remove", "--quiet", "@latest").errorText == "")
        #expect(SharedArchive.run("show", "@latest").errorText == "")
    }

    @Test func aDiffOfTwoSeriesWarns() {
        let place = twoHosts()
        let outcome = place.run("diff", "--stat", "@latest~1", "@latest")
        #expect(outcome.ending == .exit(1))
        #expect(
            outcome.errorText
                == "xsarchive: the images are of two series: @3 n2 of host7, @4 n2 of host8; @SERIES:latest~1 and "
                + "@SERIES:latest are of one\n")
        #expect(place.run("diff", "--quiet", "@1", "@2").errorText == "")
        #expect(place.run("diff", "@1", "@3").errorText == "")
        #expect(place.run("diff", "@1", Fixtures.path("xen-4.17-small.bin")).errorText == "")
    }

    @Test func checkNamesTheImageThatItTook() throws {
        let place = twoHosts()
        let text = place.run("check", "@host7:latest", "--severity", "info")
        #expect(text.text.hasPrefix("@3 n2: "))
        let rows = try JSONText.lines(place.run("check", "@host7:latest", "--severity", "info", "--format", "jsonl"))
        #expect(!rows.isEmpty && rows.allSatisfy { $0["image"] as? String == "@3 n2" })
        let sarif = place.run("check", "@latest", "--severity", "info", "--format", "sarif").text
        #expect(sarif.contains(#""uri": "@4%20n2""#) || sarif.contains(#""uri":"@4%20n2""#))
        #expect(!sarif.contains("@latest"))
    }
}
