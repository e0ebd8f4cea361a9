import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The images that arguments name: files and archived ones.
extension ArchiveOptions {
    /// What IMAGE names, in the form that a command needs.
    /// - Parameters:
    ///   - reference: as the user gave it.
    ///   - notes: whether to say which series was taken if there are several.
    ///   - file: reads a file.
    ///   - archived: reads an archived image.
    ///   - replayed: reads the state at a moment, by its name.
    func load<Loaded>(
        _ reference: String, notes: Bool = true, file: (String) throws -> Loaded,
        archived: (Archive, ArchivedImage) throws -> Loaded, replayed: (String, ScannedImage) throws -> Loaded
    ) throws -> Loaded {
        if let moment = try MomentImage(reference, in: open()) { return try replayed(moment.name, moment.image()) }
        if let parsed = try ImageReference(reference) {
            let archive = try open()
            let image = try archive.image(parsed)
            if notes { try SeriesNote.say(parsed, image, archive) }
            return try archived(archive, image)
        }
        try MissingImage.refuse(reference, in: self)
        return try file(reference)
    }

    /// The image, to be compared or listed.
    func source(_ reference: String, notes: Bool = true) throws -> ImageSource {
        try load(
            reference, notes: notes, file: { try ImageFile($0).source(named: $0) },
            archived: { ImageSource($0, $1) }, replayed: { ImageSource(name: $0, file: $1) })
    }

    /// Two images, to be compared.
    ///
    /// Images of the archive come from one connection: it reads the schema once, and each page of
    /// two neighbours. If they are in different chains, a second connection reads the second one,
    /// at the same time.
    func sources(_ old: String, _ new: String) throws -> (ImageSource, ImageSource) {
        guard let (left, right) = try archived(old, new) else {
            // Large files are read one after the other, so that the extra memory that reading
            // takes is needed only once.
            guard FileIO.size(old) + FileIO.size(new) < 1 << 28 else {
                return (try source(old, notes: false), try source(new, notes: false))
            }
            return try concurrently({ try source(old, notes: false) }, { try source(new, notes: false) })
        }
        let archive = try open()
        let (first, second) = (try archive.image(left), try archive.image(right))
        let isOneChain = first.stream.chainID == second.stream.chainID
        return (ImageSource(archive, first), ImageSource(isOneChain ? archive : try open(), second))
    }

    /// What two references to images of the archive name; nil if one of them is something else.
    private func archived(_ old: String, _ new: String) throws -> (ImageReference, ImageReference)? {
        guard ![old, new].contains(where: MomentImage.mayName), let left = try ImageReference(old),
            let right = try ImageReference(new)
        else { return nil }
        return (left, right)
    }

    /// The archive that holds the image, and its id there; for a file, a temporary archive.
    func queryable(_ reference: String) throws -> (Archive, Int64) {
        try load(
            reference, file: { try Self.temporary($0, try ImageFile.prepare($0)) }, archived: { ($0, $1.imageID) },
            replayed: Self.temporary)
    }

    /// A temporary archive with an image, and the image's id there.
    static func temporary(_ name: String, _ image: ScannedImage) throws -> (Archive, Int64) {
        func stored(in archive: Archive) throws -> (Archive, Int64) {
            (archive, try Importer(archive).store(image, label: ImageLabel(name: name)).imageID)
        }
        do {
            return try stored(in: Archive.temporary())
        } catch let error as ArchiveError where [.full, .file].contains(error.code) {
            // In an incident the disk may be full, or no directory for temporary files be there.
            return try stored(in: Archive.inMemory())
        }
    }

    /// An archived image.
    /// - Throws: `ArchiveError` with code `usage` if the reference names a file.
    func archivedImage(_ reference: String, notes: Bool = false) throws -> (Archive, ArchivedImage) {
        let parsed = try Self.archivedReference(reference)
        try MomentImage.refuse(reference, in: open())
        let archive = try open()
        let image = try archive.image(parsed)
        if notes { try SeriesNote.say(parsed, image, archive) }
        return (archive, image)
    }

    /// The reference to an archived image.
    /// - Throws: `ArchiveError` with code `usage` if it names a file.
    static func archivedReference(_ reference: String) throws -> ImageReference {
        guard let parsed = try ImageReference(reference) else {
            throw ArchiveError(
                .usage,
                "\(reference): not an archived image; give one like @1 or @latest, 'xsarchive images --all' lists them")
        }
        return parsed
    }

    /// The image's size in bytes, for progress; 0 if it is unknown before the image is read.
    func size(_ reference: String) -> Double {
        guard ImageReference.marks(reference) else { return Double(FileIO.size(reference)) }
        return Double((try? archivedImage(reference))?.1.stream.size ?? 0)
    }
}
