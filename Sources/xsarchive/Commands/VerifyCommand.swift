import ArgumentParser
import XenstoreArchive

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Verify the archive: re-encode every image and compare its SHA-256, check the custody log, and run "
            + "SQLite's own checks.",
        discussion: """
            Lists every check and its verdict. Write down the two lines at the end, and keep them elsewhere: the \
            digest of all images, which is the same for the same images under the same labels in any archive, and \
            the hash of the newest custody entry. --expect compares the archive with either of them, or with both; the \
            hash is found even if the log has grown since. Without --expect, a log that was truncated or rewritten \
            cannot be detected. Entries of which a removal has blanked a part are checked against the hash that the \
            removal's entry has of what is left.
            With --replay, the logs are held against the images instead: each image of a series is replayed by the log \
            to the time of the next one, and every path that differs is listed, with the time and the line of the \
            change after which it does. Paths of which the log or an image does not say all are counted apart.
            Exit status: 0 all checks pass, 2 a check failed; with --replay 1 if a path differs.
            Examples:
              xsarchive verify
              xsarchive verify --json --expect 8f14-e45f-ceea-167a-5a36-dedd-4bea-2543
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Flag(help: "Print one JSON object: whether all checks pass, the first problem, the digests, and every check.")
    var json = false

    @Option(
        help:
            """
            A digest or hash that was written down; at least 16 digits, hyphens are ignored. Repeat it for more; each \
            must match.
            """
    )
    var expect: [String] = []

    @Flag(name: .shortAndLong, help: "Print only failed checks.")
    var quiet = false

    @Flag(help: "Replay the logs from each image to the next one, and list where they part.")
    var replay = false

    func validate() throws {
        if quiet && json { throw ValidationError("use only one of --quiet and --json.") }
        if replay && (json || !expect.isEmpty) {
            throw ValidationError("--replay cannot be combined with --json and --expect.")
        }
        for value in expect {
            let digits = value.filter { $0 != "-" && $0 != " " }
            guard (16...64).contains(digits.count), digits.allSatisfy(\.isHexDigit) else {
                throw ValidationError("--expect \(value) is not a digest; give 16 to 64 hexadecimal digits.")
            }
        }
    }

    func run() throws {
        if replay { return try replayLogs() }
        var table = Table(columns: ["subject", "verdict", "problem"], format: output.format)
        var results: [Verifier.Result] = []
        let archive = try archive.open()
        let sizes = Dictionary(
            uniqueKeysWithValues: ((try? archive.images()) ?? []).map { ("@\($0.imageID)", Double($0.stream.size)) })
        let progress = Progress("verifying", isWanted: !quiet, isMeasured: true) { sizes.values.reduce(0.0, +) }
        let summary = try Verifier(archive).run(expecting: expect) { result in
            results.append(result)
            progress.advance(by: sizes[result.subject] ?? 0)
            if !json && !(quiet && result.problem == nil) {
                table.add([
                    .string(result.subject), .string(result.problem == nil ? "ok" : "FAILED"), .string(result.problem),
                ])
            }
        }
        Progress.end()
        let first = results.first { $0.problem != nil }
        if json {
            Console.print(object(results, first, summary).text)
        } else if !quiet || first != nil {
            table.finish()
            if output.format == .text { printSummary(summary) }
        }
        if first != nil { throw Exit.trouble.code }
    }

    private func printSummary(_ summary: Verifier.Summary) {
        Console.print("")
        if summary.blankedCount > 0 {
            Console.print("blanked by removals    \(summary.blankedCount) entries of the custody log")
        }
        Console.print("digest of the images   \(summary.digest?.short ?? "unknown")")
        let head = summary.custodyHead.map { ArchiveDigest.short($0) } ?? "unknown"
        Console.print("custody, entry \(String(summary.entryCount).padded(to: 6))  \(head)")
    }

    private func object(_ results: [Verifier.Result], _ first: Verifier.Result?, _ summary: Verifier.Summary) -> JSON {
        .object([
            ("holds", .bool(first == nil)),
            (
                "first_problem",
                first.map { .object([("subject", .string($0.subject)), ("problem", .optional($0.problem))]) } ?? .null
            ),
            ("digest", .optional(summary.digest?.hexadecimal)), ("custody_head", .optional(summary.custodyHead)),
            ("custody_entries", .integer(Int64(summary.entryCount))),
            ("blanked_entries", .integer(Int64(summary.blankedCount))),
            ("as_expected", summary.isAsExpected.map(JSON.bool) ?? .null),
            (
                "checks",
                .array(
                    results.map {
                        .object([
                            ("subject", .string($0.subject)), ("holds", .bool($0.problem == nil)),
                            ("problem", .optional($0.problem)),
                        ])
                    })
            ),
        ])
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
