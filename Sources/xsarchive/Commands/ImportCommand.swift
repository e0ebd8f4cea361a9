import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Decode images, store them, and prove that they come out byte for byte.",
        discussion: """
            Prints one line for each image: its id, name, number of records, SHA-256 and outcome. The outcome is \
            "stored", "duplicate content, new entry" (the same bytes under a new label; "observed" in other \
            formats), or "already imported" (the same observation, no image is added; "known" in other formats).
            The same bytes under the same name and series are the same observation if they have the same capture \
            time, or without one if the file was not written since; and if they are the newest image of the series, \
            which was then seen again: its last_seen moves on, and the custody log says so. Otherwise they are a new \
            entry, which costs one row. A series is in the order of capture times (import times where they are \
            unknown), whatever order the images are imported in.
            In addition to streams it takes the texts in which oxenstored writes its state (db, db.debug), the TDB \
            file of a C xenstored before 4.18 and what tdbdump prints of it, and the output of 'xenstore-ls -f -p', \
            which is a partial image.
            An image that cannot be read to its end is refused, and the archive stays unchanged; --salvage stores it \
            anyway.
            Directories are imported recursively, in name order; files that are not images are skipped. A file that \
            cannot be imported does not stop the others.
            Files compressed with gzip, bzip2, xz, zstd or lz4 are decompressed, whatever their name; name, size, \
            SHA-256 and offsets are those of the decompressed image.
            Containers (tar, plain or compressed, and zip), such as the status report of a XenServer host, are read \
            like directories, in their own order; FILE!MEMBER is one member. The custody log has the SHA-256 of both. \
            Limits: --max-size for each member and four times as much for all, 100000 members, 4 containers in each \
            other.
            An unambiguous UTC timestamp in the file name is used as the capture time, as in \
            state_dump-2026-08-01T12:00:00Z or 20260801T120000.5+0200. --time-from name accepts any date and time \
            (UTC, unless the name has an offset) or seconds since 1970, and refuses a time that does not exist; \
            --time-from mtime uses the file's modification time. --captured-at takes precedence. A time in the future \
            is stored and reported.
            Exit status: 0 all imported, 1 files in a directory or container were skipped, 2 an image could not be \
            imported.
            Examples:
              xsarchive import /run/xenstored/state_dump
              xsarchive import --series host7 bug-report.tar.bz2
              xsarchive import --series host7 --captured-at 2026-08-01T12:00:00Z state_dump
              xsarchive import --series host7 --time-from name /var/backups/host7
              ssh host7 cat /run/xenstored/state_dump | xsarchive import --name host7 -
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The images, or directories or containers of images; '-' is standard input.", completion: .file())
    var files: [String]

    @Option(help: "The series that the images belong to, such as a host's name.")
    var series = "main"

    @Option(help: "The image's name (default: the file's name).")
    var name: String?

    @Option(
        help:
            """
            The capture time: YYYY-MM-DD, or with THH:MM:SS, a fraction and Z or an offset like +02:00, +0200 or +02 \
            (default: UTC).
            """)
    var capturedAt: String?

    @Option(help: "Where the capture time comes from otherwise: auto (an unambiguous file name), name, mtime or none.")
    var timeFrom: CaptureTime = .auto

    @Option(
        help: "The maximum size of standard input, of decompressed files and of members of containers, like 500M or 2G."
    )
    var maxSize = ByteCount(bytes: FileContent.standardLimit)

    @Option(help: "The layout of the file; auto detects it.")
    var layout: LayoutChoice = .auto

    @Option(help: "The root of a listing's tree if the listing does not show it, like /local/domain/7.")
    var root: RootPath?

    @Flag(
        help:
            """
            Store any file: what can be read of a damaged one as records, the rest as damaged spans. In a TDB file \
            also read deleted nodes.
            """
    )
    var salvage = false

    @OptionGroup var zone: ZoneOption
    @OptionGroup var talk: QuietOption

    @Flag(
        name: .shortAndLong,
        help: "Also report each image's layout, size, number of findings and import time on standard error.")
    var verbose = false

    func validate() throws {
        if talk.quiet && verbose { throw ValidationError("use only one of --quiet and --verbose.") }
        if name != nil && files.count > 1 {
            throw ValidationError("--name requires exactly one file, but there are \(files.count).")
        }
        try name.map(ImageName.validate)
        try SeriesName.validate(series)
        if files.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("standard input can be only one of the images.")
        }
    }

    func run() throws {
        var notes = ImportNotes()
        let time = try capturedAt.map(Timestamp.normalize)
        var table = Table(
            columns: ["image_id", "name", "records", "sha256", "outcome", "log_id"], format: output.format)
        var status = Exit.done
        let sources = ImportFiles(
            archive: archive.path, limits: ContainerLimits(memberBytes: maxSize.bytes), keepsParts: salvage)
        if name != nil, files.contains(where: { $0 != "-" && FileTree.isFolder($0) }) {
            throw ArchiveError(.usage, "--name requires a file, not a directory")
        }
        if name != nil, let file = files.first(where: sources.isContainer) {
            throw ArchiveError(.usage, "--name requires a file, not a container; name a member, like '\(file)!MEMBER'")
        }
        let progress = Progress("importing", isWanted: !talk.quiet, isMeasured: true) {
            files.reduce(0.0) { $0 + FileTree.size($1) }
        }
        for file in files {
            sources.forEach(file) { item in
                do {
                    switch item {
                    case .file(let source):
                        try take(source, time, progress, &table, &notes)
                        progress.advance(by: FileTree.size(source.path))
                    case .passedOver(let path, let why):
                        Console.note("xsarchive: \(path): skipped: \(why)")
                        if status == .done { status = .differences }
                    case .containerEnd(let path, let count):
                        if count > 0 { Console.note("xsarchive: \(path): \(count) more members skipped") }
                        progress.advance(by: FileTree.size(path))
                    case .failure(let error): throw error
                    case .empty(let path):
                        if !talk.quiet { Console.note("xsarchive: \(path): the directory contains no files") }
                    case .skipped(let path, let why):
                        Console.note("xsarchive: \(path): skipped, not an image: \(why)")
                        progress.advance(by: FileTree.size(path))
                        if status == .done { status = .differences }
                    }
                } catch {
                    Console.complain(Advice.line(error))
                    status = .trouble
                }
            }
        }
        Progress.end()
        if !talk.quiet {
            Console.flush()
            for line in notes.lines { Console.note("xsarchive: " + line) }
        }
        if output.format != .text && !talk.quiet { table.finish() }
        if status != .done { throw status.code }
    }

    /// Imports the images of a file.
    private func take(
        _ source: ImportFiles.Source, _ time: String?, _ progress: Progress, _ table: inout Table,
        _ notes: inout ImportNotes
    ) throws {
        if source.member == nil {
            try MissingImage.refuse(source.path, in: nil)
        } else if name != nil, files == ["-"] {
            throw ArchiveError(.usage, "\(source.path): --name requires one image, but standard input is a container")
        }
        let file = try ImageFile(source, limit: maxSize.bytes, keepingPart: salvage)
        if layout.layout == nil, let form = LogForm.detect(file.content.bytes) {
            return try take(file, form, of: source, &table, &notes)
        }
        for image in file.images(layout: layout.layout) {
            try take(image, of: source, time, progress, &table, &notes)
        }
    }

    /// Imports one of the images of a file.
    private func take(
        _ file: ImageFile, of source: ImportFiles.Source, _ time: String?, _ progress: Progress, _ table: inout Table,
        _ notes: inout ImportNotes
    ) throws {
        let start = ContinuousClock.now
        let label = ImageLabel(
            name: name.map { file.name(named: $0) } ?? file.name(from: source.name), series: series,
            capturedAt: try time ?? timeFrom.time(of: source), modifiedAt: source.lastWritten)
        let provenance = try source.member.map(Provenance.member) ?? .file(source.path)
        let (image, outcome) = try store(file, label, provenance, progress)
        if !talk.quiet {
            report(outcome, label, image, &table)
            reportReading(file, image)
        }
        note(file, image, outcome)
        if let time = label.capturedAt, try Timestamp.isInFuture(time) {
            Console.note("xsarchive: \(file.path): the capture time \(time) is in the future")
        }
        if verbose {
            Console.flush()
            let findings = image.findings.count == 1 ? "1 finding" : "\(image.findings.count) findings"
            let time = (ContinuousClock.now - start).formatted
            Console.note(
                "xsarchive: \(file.path): layout \(image.format.layout.rawValue), \(image.size) bytes, \(findings), "
                    + "\(time)"
            )
        }
        notes.add(
            outcome,
            nameTime: label.capturedAt == nil && timeFrom == .auto && (try? CaptureTime.name.time(of: source)) != nil)
    }

    private func store(
        _ file: ImageFile, _ label: ImageLabel, _ provenance: Provenance, _ progress: Progress
    ) throws -> (ScannedImage, Importer.Outcome) {
        func prepare() throws -> ScannedImage {
            try file.prepared(
                layout: layout.layout, root: root.map { TreeRoot($0.octets, .option) }, salvaging: salvage,
                readsFormerNodes: salvage)
        }
        var provenance = provenance
        let notes = [provenance.note, file.partNote, root.map { "root \($0.text) by --root" }].compactMap { $0 }
        provenance.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
        if let form = file.content.compression {
            provenance.note = (provenance.note.map { $0 + "; " } ?? "") + "decompressed by \(form.rawValue)"
        }
        guard FileIO.exists(archive.path), !FileIO.isEmpty(archive.path) else {
            // A file that is not an image must not create an empty archive.
            let image = try prepare()
            let archive = try Archive.openOrCreate(archive.path)
            return (image, try store(image, label, provenance, in: archive, nil, progress))
        }
        let archive = try Archive.openOrCreate(archive.path)
        archive.noteUpgrade()
        // While another thread scans the image, this one reads the records that it will be compared
        // with: allocating many small pieces of memory costs more in another thread.
        let (readAhead, image) = try concurrently(
            { try TipReadAhead(archive, series: series, size: file.content.bytes.count) }, prepare)
        return (image, try store(image, label, provenance, in: archive, readAhead, progress))
    }

    private func store(
        _ image: ScannedImage, _ label: ImageLabel, _ provenance: Provenance, in archive: Archive,
        _ readAhead: TipReadAhead?, _ progress: Progress
    ) throws -> Importer.Outcome {
        try Importer(archive).store(image, label: label, from: provenance, readAhead: readAhead) { share in
            // Reading takes a third of the time, writing the rows half, and the proof the rest.
            progress.show(ahead: Double(image.size) * (0.33 + 0.5 * share))
        }
    }

    /// Warns on standard error that an image was stored although something is wrong with it.
    private func note(_ file: ImageFile, _ image: ScannedImage, _ outcome: Importer.Outcome) {
        if let problem = file.content.problem {
            Console.note(
                "xsarchive: \(file.path): only partly \(file.content.compression == nil ? "read" : "decompressed"): "
                    + "\(problem); the readable part is stored, see "
                    + "'xsarchive show @\(outcome.imageID)'")
        } else if image.isSalvaged && !image.isDamaged {
            Console.note(
                "xsarchive: \(file.path): the nodes in freed records are stored as deleted, with conn-id "
                    + "\(TextImage.deletedConnID)")
        } else if image.isSalvaged {
            Console.note(
                "xsarchive: \(file.path): damaged; the readable part is stored, see 'xsarchive show "
                    + "@\(outcome.imageID)'"
            )
        } else if image.hasUnreadRecords {
            Console.note(
                "xsarchive: \(file.path): stored, but some records were not read, see 'xsarchive show "
                    + "@\(outcome.imageID)'; "
                    + "--salvage reads them")
        }
    }

    /// Says what was done to read a listing, a line for each kind; of another text, that it is cut
    /// off.
    private func reportReading(_ file: ImageFile, _ image: ScannedImage) {
        var counts: [String: Int] = [:]
        let isListing = image.format.layout.isListing
        for finding in image.findings where Rule(rawValue: finding.rule)?.isAboutReading == true {
            guard isListing || finding.rule == Rule.cutLine.rawValue else { continue }
            counts[finding.rule, default: 0] += 1
        }
        for finding in image.findings {
            guard let count = counts.removeValue(forKey: finding.rule) else { continue }
            let advice = Advice.of(finding).map { "; " + $0 } ?? ""
            Console.note(
                "xsarchive: \(file.place): \(finding.rule): \(finding.message)"
                    + (count > 1 ? ", and \(count - 1) more" : "") + advice)
        }
    }

    private func report(_ outcome: Importer.Outcome, _ label: ImageLabel, _ image: ScannedImage, _ table: inout Table) {
        if output.format == .text {
            Console.print(
                outcome.line(name: label.name, image)
            )
            Console.flush()
        } else {
            table.add([
                .integer(outcome.imageID), .string(label.name), .integer(Int64(image.recordCount)),
                .string(image.sha256),
                .string(outcome.kind.rawValue), .null,
            ])
        }
    }
}
