import ArchiveSQL
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Publishes an archive into a directory as lines of JSON, which programs for logs and tables read.
///
/// The files only grow. A run that was stopped leaves lines that the manifest does not count; the
/// next run removes them.
struct Publication {
    private let archive: Archive
    private let directory: String
    private let identity: String
    private let custodyHash: String
    private let manifest: PublicationManifest
    private var files: [PublishedRelation: AppendedFile] = [:]
    private var rows: [PublishedRelation: Int64] = [:]

    /// So many steps are one line of the manifest: so much is lost if a run is stopped.
    private static let stepsPerPart = 50

    /// Opens the files, and removes what a run that was stopped has left in them.
    /// - Throws: `ArchiveError` if a file cannot be opened, or is shorter than the manifest says.
    init(of archive: Archive, in directory: String) throws {
        let log = CustodyLog(archive)
        guard let identity = try log.identity(), let last = try log.lastEntry() else {
            throw ArchiveError(
                .damaged,
                "\(archive.database.path): has no custody log, so nothing says which archive it is; import an image")
        }
        self.archive = archive
        self.directory = directory
        self.identity = identity
        custodyHash = last.hash
        try FileTree.makeFolder(directory)
        manifest = try PublicationManifest(directory: directory)
        for relation in PublishedRelation.allCases {
            let path = directory + "/" + relation.file
            let file = try AppendedFile(path: path)
            let size = manifest.sizes[relation] ?? 0
            guard file.size >= size else {
                throw ArchiveError(
                    .file,
                    "\(path): has \(file.size) bytes, and \(PublicationManifest.name) says \(size); put the missing "
                        + "lines back, or give another directory")
            }
            if file.size > size { try file.truncate(to: size) }
            files[relation] = file
        }
    }

    /// Publishes all steps and segments that are not published.
    /// - Parameters:
    ///   - newest: the id of the image after which a step's image must have been imported.
    ///   - progress: called before each step with its number and how many there are.
    /// - Returns: the number of rows by relation; empty if nothing was new.
    mutating func run(
        after newest: Int64, progress: (Int, Int) -> Void
    ) throws -> [PublishedRelation: Int64] {
        let images = try publishSteps(after: newest, progress)
        return images.merging(try publishSegments()) { $0 + $1 }
    }

    private mutating func publishSteps(
        after newest: Int64, _ progress: (Int, Int) -> Void
    ) throws -> [PublishedRelation: Int64] {
        let done = manifest.published[identity] ?? []
        var images = Set(done.map(\.imageID))
        let steps = try PublishedStep.all(in: archive, after: newest).filter { !done.contains($0.key) }
        var total: [PublishedRelation: Int64] = [:]
        for start in stride(from: 0, to: steps.count, by: Self.stepsPerPart) {
            let part = steps[start..<min(steps.count, start + Self.stepsPerPart)]
            rows = [:]
            var digests: [Int64: String] = [:]
            for (offset, step) in part.enumerated() {
                progress(start + offset + 1, steps.count)
                digests[step.imageID] = try publish(step, withFindings: images.insert(step.imageID).inserted)
            }
            try finish([
                (
                    "steps",
                    .array(
                        part.map { step in
                            .object([
                                ("series", .string(step.series)), ("image_id", .integer(step.imageID)),
                                ("seen_at", .string(step.seenAt)), ("sha256", .optional(digests[step.imageID])),
                            ])
                        })
                )
            ])
            total.merge(rows) { $0 + $1 }
        }
        return total
    }

    private mutating func publishSegments() throws -> [PublishedRelation: Int64] {
        let done = manifest.segments[identity] ?? [:]
        var total: [PublishedRelation: Int64] = [:]
        for segment in try PublishedSegment.all(in: archive) where done[segment.segmentID] != segment.sha256 {
            rows = [:]
            try segment.forEachEvent(in: archive) {
                try add(.events, [("archive_id", .string(identity))], .object($0))
            }
            try finish([
                (
                    "segments",
                    .array([
                        .object([
                            ("segment_id", .integer(segment.segmentID)), ("sha256", .string(segment.sha256)),
                        ])
                    ])
                )
            ])
            total.merge(rows) { $0 + $1 }
        }
        return total
    }

    /// - Returns: the SHA-256 of the step's image.
    private mutating func publish(_ step: PublishedStep, withFindings: Bool) throws -> String {
        let image = try archive.image(id: step.imageID)
        let head: [(String, JSON)] = [
            ("archive_id", .string(identity)), ("series", .string(step.series)), ("image_id", .integer(step.imageID)),
            ("image", .string(image.label.name)), ("seen_at", .string(step.seenAt)),
        ]
        let before = try step.beforeID.map { try archive.image(id: $0) }
        try add(
            .images,
            head + [
                ("seen_from", .string(step.seenFrom)), ("before_id", step.beforeID.map(JSON.integer) ?? .null),
                ("captured_at", .optional(image.label.capturedAt)), ("imported_at", .string(image.importedAt)),
                ("sha256", .string(image.stream.sha256)), ("size", .integer(image.stream.size)),
                ("layout", .string(image.stream.format.layout.rawValue)),
                ("salvaged", .bool(image.stream.isSalvaged)),
            ])
        let source = ImageSource(archive, image)
        if let before {
            let diff = try Diff(ImageSource(archive, before), source)
            let head = head + [("before_id", .integer(before.imageID))]
            for change in diff.changes { try add(.changes, head, DiffJSON.object(change)) }
            let kinds = Set(Change.Kind.allCases)
            let omissions = DiffOmissions(
                diff.omissions, old: "@\(before.imageID)", new: "@\(image.imageID)", shown: kinds)
            if let object = omissions.json { try add(.changes, head, object) }
        }
        if withFindings {
            let check = try ImageCheck(LoadedImage(source, "@\(image.imageID)"))
            for item in check.items { try add(.findings, head, CheckReport.object(item)) }
        }
        return image.stream.sha256
    }

    private mutating func add(_ relation: PublishedRelation, _ head: [(String, JSON)], _ row: JSON = .object([])) throws
    {
        guard case .object(let members) = row else { return }
        // A member of the row with the name of one of the head would hide it.
        let names = Set(head.map(\.0))
        let line = JSON.object(head + members.filter { !names.contains($0.0) })
        try files[relation]?.append(Octets((line.text + "\n").utf8))
        rows[relation, default: 0] += 1
    }

    /// Ends a part: its rows are on the disk, then the line of the manifest.
    private func finish(_ contents: [(String, JSON)]) throws {
        var list: [(String, JSON)] = []
        for relation in PublishedRelation.allCases {
            guard let file = files[relation] else { continue }
            try file.sync()
            let counts: [(String, JSON)] = [
                ("rows", .integer(rows[relation] ?? 0)), ("size", .integer(Int64(file.size))),
            ]
            list.append((relation.file, .object(counts)))
        }
        let head: [(String, JSON)] = [
            ("layout", .integer(PublicationManifest.layout)), ("at", .string(try Timestamp.now())),
            ("program", .string("xsarchive \(ProgramVersion.number)")),
            ("schema", .integer(Int64(ArchiveSQL.schemaVersion))),
            ("archive", .string(archive.database.path)), ("archive_id", .string(identity)),
            ("custody_hash", .string(custodyHash)), ("files", .object(list)),
        ]
        try manifest.append(.object(head + contents))
    }
}
