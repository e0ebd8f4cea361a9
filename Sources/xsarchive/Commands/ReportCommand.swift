import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write an HTML page about an image, or about what changed between two, in a single file.",
        discussion: """
            The page shows counts and charts, the tree with values and permissions, findings, domains, devices with \
            the states of both ends, and connections with what they are waiting for. It needs no network and sends \
            nothing; content from the image appears in it only as text. It contains everything in the image, so \
            protect it like the image. --redact makes a page that can be shared: each secret value is replaced by \
            its length and, with two images, a hash under a random key, which shows whether it changed. Records of \
            unknown types, damaged spans and whatever else nothing explains are replaced, too, and so is prose \
            around a listing. The page says how many values were replaced.
            Prints the page's name, its size and the number of nodes it shows. The same images give the same page; \
            with --redact and two images, only under the same --redact-key.
            Exit status: 0 done, even if there are findings or differences; 2 trouble.
            Examples:
              xsarchive report @latest -o report.html
              xsarchive report @latest~1 @latest -o changes.html
              xsarchive report before.bin after.bin -o changes.html --force
              xsarchive report @latest --redact -o to-share.html
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The image, archived or a file; the older one if two are given.", completion: .file())
    var image: String

    @Argument(help: "The newer image, to show what changed.", completion: .file())
    var newer: String?

    @Option(
        name: [.short, .customLong("output")], help: "The file to write; '-' is standard output.", completion: .file())
    var output = "-"

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var secrets: RedactOptions
    @OptionGroup var talk: QuietOption

    mutating func validate() {
        output = OutputName.normalized(output)
    }

    func run() throws {
        guard !(image == "-" && newer == "-") else {
            throw ArchiveError(.usage, "standard input can be only one of the images")
        }
        guard output != "-" || !Terminal.isStandardOutput else {
            throw ArchiveError(
                .usage,
                "the page is HTML for a browser; give a file with -o, like -o report.html, or pipe the output"
            )
        }
        for input in [image, newer ?? image, archive.path] where output != "-" && FileTree.isSameFile(output, input) {
            throw ArchiveError(
                .usage,
                "\(output): is \(input == archive.path ? "the archive" : "the image") itself, and would be "
                    + "overwritten; choose another name"
            )
        }
        let redactor = try secrets.redactor(showsChanges: newer != nil)
        let progress = Progress("reading \(image)", isWanted: !talk.quiet) { archive.size(image) }
        let report = try report(redactor, progress)
        progress.next("making the page")
        guard output != "-" else {
            var page: [UInt8] = []
            try report.write { page += $0 }
            Progress.end()
            return Console.write(page)
        }
        let file = try OutputFile(path: output, overwrite: force)
        var size = 0
        try report.write {
            size += $0.count
            try file.write($0)
        }
        try file.commit(overwrite: force)
        Progress.end()
        guard !talk.quiet else { return }
        Console.print("\(Escape.printable(output))  \(size) bytes  \(report.nodeCount) nodes")
        Console.flush()
        if let redaction = report.redaction { Console.note("xsarchive: \(redaction.sentence)") }
    }

    /// Reads the images; nothing of their bytes is left when this returns.
    private func report(_ redactor: Redactor?, _ progress: Progress) throws -> Report {
        let first = try readable(image)
        if let newer { progress.next("reading \(newer)") { archive.size(newer) } }
        let second = try newer.map(readable)
        if !talk.quiet {
            try SeriesNote.say([(image, first.source)] + (second.map { [(newer ?? "", $0.source)] } ?? []))
        }
        progress.next(newer.map { "comparing \(image) and \($0)" } ?? "checking \(image)") {
            Double(first.image.size) + Double(second?.image.size ?? 0)
        }
        guard let second else { return try Report(first, redactor: redactor) }
        return try Report(second, comparedWith: first, redactor: redactor)
    }

    /// - Throws: `ArchiveError` if the image cannot be loaded, or if nothing in the file is
    ///   readable.
    private func readable(_ reference: String) throws -> LoadedImage {
        let loaded = try LoadedImage(archive, reference, notes: false)
        guard loaded.image.recordCount > 0 || !loaded.image.isSalvaged else {
            throw ArchiveError(
                .badImage, "\(reference): contains nothing that is readable as an image; see 'xsarchive check'")
        }
        return loaded
    }
}
