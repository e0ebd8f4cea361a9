import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page to look at: an image, or what changed from one to another, in one file of HTML.",
        discussion: """
            The page shows counts and charts, the tree with values and permissions, findings, domains, devices with the states of both \
            ends, and connections with what they wait for. It needs no network and sends nothing; what comes from the image stands in \
            it as text only. It has everything in the image, so keep it as you keep the image; --redact makes one that can be shared: in the \
            place of a secret value stand its length and, of two images, a hash under a random key, so that it can be seen to have changed.
            Prints the page's name, its size and how many nodes it shows. The same images give the same page, with --redact and two images only \
            under the same --redact-key.
            Exit status: 0 done, also where there are findings or differences; 2 trouble.
            Examples:
              xsarchive report @latest -o report.html
              xsarchive report @latest~1 @latest -o changes.html
              xsarchive report before.bin after.bin -o changes.html --force
              xsarchive report @latest --redact -o to-share.html
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The image, archived or a file; of two the older.", completion: .file())
    var image: String

    @Argument(help: "The newer image, to show what changed.", completion: .file())
    var newer: String?

    @Option(
        name: [.short, .customLong("output")], help: "The page's file; '-' is standard output.", completion: .file())
    var output = "-"

    @Flag(help: "Replace the file where it exists.")
    var force = false

    @OptionGroup var secrets: RedactOptions
    @OptionGroup var talk: QuietOption

    func run() throws {
        guard !(image == "-" && newer == "-") else {
            throw ArchiveError(.usage, "standard input can be one of the images, not both")
        }
        guard output != "-" || !Terminal.isStandardOutput else {
            throw ArchiveError(
                .usage,
                "a page is for a browser, not for a terminal; name a file with -o, like -o report.html, or pipe the output"
            )
        }
        for input in [image, newer ?? image, archive.path] where output != "-" && FileTree.isSameFile(output, input) {
            throw ArchiveError(
                .usage,
                "\(output): is \(input == archive.path ? "the archive" : "the image") itself, which the page would replace; choose another name"
            )
        }
        let redactor = try secrets.redactor(showsChanges: newer != nil)
        let progress = Progress("reading \(image)", isWanted: !talk.quiet) { archive.size(image) }
        let first = try readable(image)
        if let newer { progress.next("reading \(newer)") { archive.size(newer) } }
        let second = try newer.map(readable)
        let size = Double(first.image.size) + Double(second?.image.size ?? 0)
        progress.next(newer.map { "comparing \(image) and \($0)" } ?? "checking \(image)") { size }
        let report =
            if let second { try Report(second, comparedWith: first, redactor: redactor) } else {
                try Report(first, redactor: redactor)
            }
        progress.next("making the page")
        let page = try report.html()
        Progress.end()
        guard output != "-" else { return Console.write(page) }
        let file = try OutputFile(path: output, overwrite: force)
        try file.write(page[...])
        try file.commit(overwrite: force)
        if !talk.quiet { Console.print("\(Escape.printable(output))  \(page.count) bytes  \(report.nodeCount) nodes") }
    }

    /// - Throws: also where the file holds nothing of an image.
    private func readable(_ reference: String) throws -> LoadedImage {
        let loaded = try LoadedImage(archive, reference)
        guard loaded.image.recordCount > 0 || !loaded.image.isSalvaged else {
            throw ArchiveError(
                .badImage, "\(reference): nothing of an image can be read in it; 'xsarchive check' tells what is wrong")
        }
        return loaded
    }
}
