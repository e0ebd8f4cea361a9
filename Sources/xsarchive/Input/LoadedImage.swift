import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// An image in all the forms in which it can be looked at: its bytes, and a place in an archive for queries.
struct LoadedImage {
    /// As the user named it.
    let reference: String
    /// The file, or the archived image with its label.
    let source: ImageSource
    /// The bytes, read anew and as far as they can be: what was noticed at import may have been noticed by an older program.
    let image: ScannedImage
    /// The archive that holds it; for a file, one in memory.
    let archive: Archive
    let imageID: Int64

    /// - Parameter layout: for a file, the layout to read it with; nil: decide from the bytes.
    init(_ options: ArchiveOptions, _ reference: String, layout: Layout? = nil) throws {
        self.reference = reference
        guard reference.hasPrefix("@") else {
            try MissingImage.refuse(reference, in: options)
            image = try ImageFile.prepare(reference, layout: layout, salvaging: true)
            source = ImageSource(name: reference, file: image)
            archive = try Archive.inMemory()
            imageID = try Importer(archive).store(image, label: ImageLabel(name: reference)).imageID
            return
        }
        let (opened, archived) = try options.archivedImage(reference)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(try opened.database.plausibleCount(archived.stream.size))
        try opened.export(archived) { bytes += $0 }
        image = ScannedImage(salvaging: bytes, layout: archived.stream.format.layout)
        source = ImageSource(opened, archived)
        archive = opened
        imageID = archived.imageID
    }

    /// The same image as it reads with its secrets replaced; `source` stays what it was, for who reads it to replace them.
    func redacted(_ redactor: Redactor) throws -> LoadedImage {
        let layout = reference.hasPrefix("@") ? image.format.layout : nil
        return try LoadedImage(
            redacted: ScannedImage(salvaging: redactor.redactedFile(image), layout: layout), of: self)
    }

    private init(redacted image: ScannedImage, of original: LoadedImage) throws {
        (reference, source) = (original.reference, original.source)
        self.image = image
        archive = try Archive.inMemory()
        imageID = try Importer(archive).store(image, label: ImageLabel(name: reference)).imageID
    }
}
