import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")
private let tinyDigest = "a7089619ccbd64c50ccdabca4468c7dd485d0ae7aad0eec73f4c2cdae7e693cd"

/// Files compressed with gzip, bzip2, xz, zstd and lz4 are read as their contents.
@Suite struct CompressedImportTests {
    /// A directory with a compressed image in a file with this name.
    private func packed(_ command: String, _ image: String = tiny, as name: String) -> Workplace {
        let place = Workplace()
        let outcome = place.shell("\(command) < \"$1\" > \"$2\"", image, name)
        #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        return place
    }

    @Test(arguments: [("gzip -c", "gz"), ("bzip2 -c", "bz2"), ("xz -c", "xz"), ("zstd -qc", "zst"), ("lz4 -qc", "lz4")])
    func aPackedImageIsThatWhichIsInIt(_ command: String, _ suffix: String) {
        let place = packed(command, as: "state_dump." + suffix)
        let outcome = place.run("import", "state_dump." + suffix)
        expectDone(outcome)
        #expect(outcome.lines == ["@1  state_dump  9 records  \(tinyDigest)  stored"])
        place.write(Files.read(tiny), "state_dump")
        #expect(
            place.run("import", "state_dump").lines
                == ["@1  state_dump  9 records  \(tinyDigest)  already imported, seen again"])
        expectBytes(place.run("export", "@1").output, Files.read(tiny))
    }

    @Test func theFormIsKnownByTheBytesAndNotByTheName() {
        let place = packed("xz -c", as: "state_dump.gz")
        place.write(Files.read(tiny), "plain.zst")
        #expect(
            place.run("import", "state_dump.gz", "plain.zst").lines.map { $0.split(separator: " ")[1] } == [
                "state_dump.gz", "plain.zst",
            ])
    }

    @Test(arguments: ["gzip -c", "bzip2 -c", "xz -c", "zstd -qc", "lz4 -qc"]) func standardInputMayBePacked(
        _ command: String
    ) {
        let place = packed(command, as: "packed")
        #expect(
            place.run("import", "-", input: place.bytes("packed")).lines == [
                "@1  stdin  9 records  \(tinyDigest)  stored"
            ])
        let piped = place.shell("cat packed | \"$0\" import --name piped -")
        expectDone(piped)
        #expect(piped.lines == ["@2  piped  9 records  \(tinyDigest)  duplicate content, new entry"])
    }

    @Test func everyCommandReadsPackedFiles() {
        let place = packed("gzip -c", Fixtures.path("xen-4.17-seq-1.bin"), as: "before.gz")
        let diff = place.run("diff", "--stat", "before.gz", Fixtures.path("xen-4.17-seq-2.bin"))
        #expect(
            diff.text == String(decoding: Files.read(Fixtures.path("golden/diff-seq-1-seq-2.stat.txt")), as: UTF8.self))
        #expect(
            place.run("ls", "before.gz", "/local").output
                == place.run("ls", Fixtures.path("xen-4.17-seq-1.bin"), "/local").output)
    }

    @Test func whatUnpacksToTooMuchIsRefused() {
        let place = Workplace()
        let forms = [
            ("gz", "gzip -c"), ("bz2", "bzip2 -c"), ("xz", "xz -c"), ("zst", "zstd -qc"), ("lz4", "lz4 -qc"),
        ]
        for (suffix, command) in forms {
            let name = "bomb." + suffix
            _ = place.shell("(cat \"$1\"; head -c 3000000 /dev/zero) | \(command) > \"$2\"", tiny, name)
            expectFailure(
                place.run("import", "--max-size", "1M", name), 2,
                "\(name): the file decompresses to more than 1048576 bytes; if you trust it, "
                    + "import it with a larger --max-size"
            )
            #expect(place.names.allSatisfy { $0.hasPrefix("bomb") })
        }
    }

    @Test func theLimitIsTheFirstSizeThatIsRefused() {
        let place = packed("gzip -c", as: "state_dump.gz")
        let size = Files.read(tiny).count
        expectFailure(
            place.run("import", "--max-size", "\(size - 1)", "state_dump.gz"), 2,
            containing: ["decompresses to more than \(size - 1) bytes"])
        expectDone(place.run("import", "--max-size", "\(size)", "state_dump.gz"))
    }

    @Test func standardInputWithoutEndIsRefused() {
        let place = Workplace()
        expectFailure(
            place.shell("\"$0\" import --max-size 100K - < /dev/zero"), 2,
            containing: ["-: the file gives more than 102400 bytes", "--max-size"])
    }

    @Test(arguments: ["0", "-1", "1T", "", "9223372036854775807G", "x"]) func aSizeThatIsNoneIsWrongUsage(
        _ size: String
    ) {
        expectUsage(Workplace().run("import", "--max-size=\(size)", tiny), "max-size")
    }

    @Test(arguments: [("gzip -c", "gz"), ("bzip2 -c", "bz2"), ("xz -c", "xz"), ("zstd -qc", "zst"), ("lz4 -qc", "lz4")])
    func aPackedFileThatIsCutOffIsRefusedAndCanBeSalvaged(_ command: String, _ suffix: String) {
        let name = "state_dump." + suffix
        let place = packed(command, Fixtures.path("xen-4.22-small.bin"), as: name)
        place.write(Array(place.bytes(name).dropLast(2)), name)
        expectFailure(
            place.run("import", name), 2,
            containing: ["\(name): cannot be decompressed by ", "fetch the file again or decompress it yourself"])
        #expect(place.names == [name])
        let salvaged = place.run("import", "--salvage", name)
        if salvaged.ending == .exit(0) {
            #expect(salvaged.errorText.contains("only partly decompressed"))
            let part = place.run("export", "@1").output
            #expect(Fixtures.bytes("xen-4.22-small.bin").starts(with: part) && !part.isEmpty)
        } else {
            // Some programs write nothing before a whole block is good.
            expectFailure(salvaged, 2, containing: ["\(name): cannot be decompressed by "])
        }
    }

    @Test func whatIsPackedAndNoImageIsRefusedWithTheOffsetInside() {
        let place = Workplace()
        _ = place.shell("head -c 100 \"$1\" | gzip -c > cut.gz; echo hello | gzip -c > hello.gz", tiny)
        expectFailure(place.run("import", "cut.gz"), 2, containing: ["cut.gz, decompressed: offset "])
        expectFailure(
            place.run("import", "hello.gz"), 2,
            containing: ["hello.gz, decompressed: offset 0: ", "a text in which no line describes a node"])
    }

    @Test func aMissingProgramIsNamed() {
        let place = packed("gzip -c", as: "state_dump.gz")
        expectFailure(
            place.start(["import", "state_dump.gz"], environment: ["PATH": place.folder.path]).outcome(), 2,
            containing: [
                "state_dump.gz: the file is compressed with gzip, but gzip cannot be run: ", "install gzip",
            ])
    }

    @Test func optionsInTheEnvironmentChangeNothing() {
        let place = packed("xz -c", as: "state_dump.xz")
        let outcome = place.run(
            "import", "state_dump.xz", environment: ["XZ_OPT": "--list", "XZ_DEFAULTS": "--memlimit=1"])
        expectDone(outcome)
        #expect(outcome.text.contains(tinyDigest))
    }
}
