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
            An image that cannot be read to its end is refused, and the archive stays as it was; --salvage stores it all the same.
            Examples:
              xsarchive import /var/lib/xen/state_dump
              xsarchive import --series host7 --captured-at 2026-08-01T12:00:00Z state_dump
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The images; '-' is standard input.")
    var files: [String]

    @Option(help: "The series that the images belong to, like a host's name.")
    var series = "main"

    @Option(help: "The image's name (default: the file's name).")
    var name: String?

    @Option(help: "When the image was taken: YYYY-MM-DD, with THH:MM:SS and Z or an offset like +02:00 (else UTC).")
    var capturedAt: String?

    @Option(help: "auto, draft, v1 or v2.")
    var layout: LayoutChoice = .auto

    @Flag(help: "Store any file at all: what can be read of a damaged one as records, the rest as damaged spans.")
    var salvage = false

    func validate() throws {
        if name != nil && files.count > 1 { throw ValidationError("--name goes with one file, there are \(files.count).") }
        if let name, name.isEmpty { throw ValidationError("--name is empty.") }
        if let name, Int64(name) != nil || name == "latest" || name.hasPrefix("latest~") {
            throw ValidationError("--name \(name) could not be told from @ID and @latest; choose another.")
        }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be one of the images only.") }
    }

    func run() throws {
        let time = try capturedAt.map(Timestamp.normalize)
        var table = Table(columns: ["image_id", "name", "records", "sha256", "outcome"], format: output.format)
        var failed = false
        for file in files {
            do {
                let label = Importer.Label(name: name ?? Self.baseName(file), series: series, capturedAt: time)
                let (image, outcome) = try store(file, label)
                report(outcome, label, image, &table)
                note(file, image, outcome)
            } catch let error as ArchiveError {
                Standard.note("xsarchive: \(error)")
                failed = true
            }
        }
        if output.format != .text { table.finish() }
        if failed { throw Exit.trouble.code }
    }

    private func store(_ file: String, _ label: Importer.Label) throws -> (PreparedImage, Importer.Outcome) {
        let bytes = try FileIO.read(file)
        func prepare() throws -> PreparedImage {
            try ImageFile.prepare(bytes, file, layout: layout.layout, salvaging: salvage)
        }
        guard FileIO.exists(archive.path), !FileIO.isEmpty(archive.path) else {
            // A file that is no image must not even make an empty archive.
            let image = try prepare()
            return (image, try Importer(Archive.openOrCreate(archive.path)).store(image, label: label))
        }
        let archive = try Archive.openOrCreate(archive.path)
        // What it will be compared with is read meanwhile.
        let (image, preview) = try concurrently(prepare, { try Preview(archive, series: series, size: bytes.count) })
        return (image, try Importer(archive).store(image, label: label, preview: preview))
    }

    /// Tells on standard error that an image is not what it should be, though it was stored.
    private func note(_ file: String, _ image: PreparedImage, _ outcome: Importer.Outcome) {
        if image.isSalvaged {
            Standard.note("xsarchive: \(file): damaged, stored as far as it can be read; 'xsarchive show @\(outcome.imageID)' says what is wrong")
        } else if image.hasUnreadRecords {
            Standard.note(
                "xsarchive: \(file): stored, with records in it that were not read; 'xsarchive show @\(outcome.imageID)' says where, "
                    + "--salvage reads them too")
        }
    }

    private func report(_ outcome: Importer.Outcome, _ label: Importer.Label, _ image: PreparedImage, _ table: inout Table) {
        if output.format == .text {
            Standard.print(
                "@\(outcome.imageID)  \(Escape.printable(label.name))  \(image.recordCount) records  \(image.sha256)  \(outcome.kind.rawValue)")
            Standard.flush()
        } else {
            table.add([
                .integer(outcome.imageID), .string(label.name), .integer(Int64(image.recordCount)), .string(image.sha256),
                .string(outcome.kind.rawValue),
            ])
        }
    }

    private static func baseName(_ file: String) -> String {
        file == "-" ? "stdin" : file.split(separator: "/").last.map(String.init) ?? file
    }
}
