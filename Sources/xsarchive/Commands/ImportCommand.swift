import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Decode images, store them, and prove that they come out byte for byte.",
        discussion: """
            Prints one line for each image: its id, name, number of records and SHA-256, and whether it was stored, observed (the \
            same bytes under a new label) or known (the same bytes under the same label; nothing is added).
            Besides streams it takes the text in which oxenstored writes its state, and what 'xenstore-ls -f -p' prints: a partial image.
            An image that cannot be read to its end is refused, and the archive stays as it was; --salvage stores it all the same.
            Of a folder all images are taken, also those in folders below, in the order of their names; what does not begin as an \
            image does is skipped. A file that cannot be imported does not keep the others from it.
            Files packed by gzip, xz or zstd are unpacked, whatever they are called: name, size, SHA-256 and offsets are those of what is \
            in them.
            A time in a file's name is taken for that of the capture where nothing about it is to be guessed, as in \
            state_dump-2026-08-01T12:00:00Z. --time-from name takes any date and time (UTC, unless the name has an offset) or seconds \
            since 1970, --time-from mtime the time of the file's last change; --captured-at goes before all.
            Exit status: 0 all imported, 1 files of a folder were skipped, 2 an image could not be imported.
            Examples:
              xsarchive import /var/lib/xen/state_dump
              xsarchive import --series host7 --captured-at 2026-08-01T12:00:00Z state_dump
              xsarchive import --series host7 --time-from name /var/backups/host7
              ssh host7 cat /var/lib/xen/state_dump | xsarchive import --name host7 -
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The images, or folders of images; '-' is standard input.", completion: .file())
    var files: [String]

    @Option(help: "The series that the images belong to, like a host's name.")
    var series = "main"

    @Option(help: "The image's name (default: the file's name).")
    var name: String?

    @Option(help: "When the image was taken: YYYY-MM-DD, with THH:MM:SS and Z or an offset like +02:00 (else UTC).")
    var capturedAt: String?

    @Option(help: "Where else a capture's time comes from: auto (names that leave no doubt), name, mtime or none.")
    var timeFrom: CaptureTime = .auto

    @Option(help: "The most bytes that a compressed file or standard input may have, like 500M or 2G.")
    var maxSize = ByteCount(bytes: FileContent.standardLimit)

    @Option(help: "How to read the file; auto: as its bytes say.")
    var layout: LayoutChoice = .auto

    @Flag(help: "Store any file at all: what can be read of a damaged one as records, the rest as damaged spans.")
    var salvage = false

    @OptionGroup var talk: QuietOption

    @Flag(
        name: .shortAndLong,
        help: "Tell of each image also its layout, its size, its findings and how long it took, on standard error.")
    var verbose = false

    func validate() throws {
        if talk.quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
        if name != nil && files.count > 1 {
            throw ValidationError("--name goes with one file, there are \(files.count).")
        }
        try name.map(ImageName.validate)
        if files.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("standard input can be one of the images only.")
        }
    }

    func run() throws {
        let time = try capturedAt.map(Timestamp.normalize)
        var table = Table(columns: ["image_id", "name", "records", "sha256", "outcome"], format: output.format)
        var status = Exit.done
        let sources = ImportFiles(archive: archive.path)
        if name != nil, files.contains(where: { $0 != "-" && FileTree.isFolder($0) }) {
            throw ArchiveError(.usage, "--name goes with one file, not with a folder")
        }
        let progress = Progress("importing", isWanted: !talk.quiet, isMeasured: true) {
            files.reduce(0.0) { $0 + FileTree.size($1) }
        }
        for file in files {
            sources.forEach(file) { item in
                do {
                    switch item {
                    case .file(let source):
                        try take(source, time, progress, &table)
                        progress.advance(by: FileTree.size(source.path))
                    case .failure(let error): throw error
                    case .empty(let path):
                        if !talk.quiet { Console.note("xsarchive: \(path): there is no file in the folder") }
                    case .skipped(let path, let why):
                        Console.note("xsarchive: \(path): skipped, no image: \(why)")
                        progress.advance(by: FileTree.size(path))
                        if status == .done { status = .differences }
                    }
                } catch {
                    Console.complain("\(error)")
                    status = .trouble
                }
            }
        }
        Progress.end()
        if output.format != .text && !talk.quiet { table.finish() }
        if status != .done { throw status.code }
    }

    private func take(_ source: ImportFiles.Source, _ time: String?, _ progress: Progress, _ table: inout Table) throws
    {
        let start = ContinuousClock.now
        try MissingImage.refuse(source.path, in: nil)
        let file = try ImageFile(source.path, limit: maxSize.bytes, keepingPart: salvage)
        let label = ImageLabel(
            name: name ?? file.name(from: source.name), series: series,
            capturedAt: try time ?? timeFrom.time(of: source))
        let (image, outcome) = try store(file, label, progress)
        if !talk.quiet { report(outcome, label, image, &table) }
        note(file, image, outcome)
        if verbose {
            Console.flush()
            let findings = image.findings.count == 1 ? "1 finding" : "\(image.findings.count) findings"
            let time = (ContinuousClock.now - start).formatted
            Console.note(
                "xsarchive: \(file.path): layout \(image.format.layout.rawValue), \(image.size) bytes, \(findings), \(time)"
            )
        }
    }

    private func store(
        _ file: ImageFile, _ label: ImageLabel, _ progress: Progress
    ) throws -> (ScannedImage, Importer.Outcome) {
        func prepare() throws -> ScannedImage {
            try file.prepared(layout: layout.layout, salvaging: salvage)
        }
        var provenance = Provenance.file(file.path)
        provenance.note = file.content.compression.map { "unpacked by \($0.rawValue)" }
        guard FileIO.exists(archive.path), !FileIO.isEmpty(archive.path) else {
            // A file that is no image must not even make an empty archive.
            let image = try prepare()
            let archive = try Archive.openOrCreate(archive.path)
            show(progress, image, archive)
            return (image, try Importer(archive).store(image, label: label, from: provenance))
        }
        let archive = try Archive.openOrCreate(archive.path)
        archive.noteUpgrade()
        // What it will be compared with is read meanwhile; here, as memory in small pieces costs more in another thread.
        let (preview, image) = try concurrently(
            { try TipReadAhead(archive, series: series, size: file.content.bytes.count) }, prepare)
        show(progress, image, archive)
        return (image, try Importer(archive).store(image, label: label, from: provenance, preview: preview))
    }

    /// Lets progress go on while an image is stored, as far as its rows are written. To read it is a third of the work, to
    /// write its rows a half, and to prove it the rest.
    private func show(_ progress: Progress, _ image: ScannedImage, _ archive: Archive) {
        let (size, records) = (Double(image.size), Double(max(1, image.recordCount)))
        archive.database.whileWorking { rows in
            progress.show(ahead: size * (0.33 + 0.5 * min(1, Double(rows) / records)))
        }
    }

    /// Tells on standard error that an image is not what it should be, though it was stored.
    private func note(_ file: ImageFile, _ image: ScannedImage, _ outcome: Importer.Outcome) {
        if let problem = file.content.problem {
            Console.note(
                "xsarchive: \(file.path): could be unpacked in part only: \(problem); stored as far as that goes, 'xsarchive show "
                    + "@\(outcome.imageID)' says what is wrong")
        } else if image.isSalvaged {
            Console.note(
                "xsarchive: \(file.path): damaged, stored as far as it can be read; 'xsarchive show @\(outcome.imageID)' says what is wrong"
            )
        } else if image.hasUnreadRecords {
            Console.note(
                "xsarchive: \(file.path): stored, with records in it that were not read; 'xsarchive show @\(outcome.imageID)' says where, "
                    + "--salvage reads them too")
        }
    }

    private func report(_ outcome: Importer.Outcome, _ label: ImageLabel, _ image: ScannedImage, _ table: inout Table) {
        if output.format == .text {
            Console.print(
                "@\(outcome.imageID)  \(Escape.printable(label.name))  \(image.recordCount) records  \(image.sha256)  \(outcome.kind.rawValue)"
            )
            Console.flush()
        } else {
            table.add([
                .integer(outcome.imageID), .string(label.name), .integer(Int64(image.recordCount)),
                .string(image.sha256),
                .string(outcome.kind.rawValue),
            ])
        }
    }
}
