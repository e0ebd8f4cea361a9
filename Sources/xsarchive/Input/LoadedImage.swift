import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// An image in all forms that commands read: its bytes, and its place in an archive for queries.
struct LoadedImage {
    /// As the user gave it.
    let reference: String
    /// The file, or the archived image with its label.
    let source: ImageSource
    /// The bytes, read again as far as possible: the findings in the archive may come from an older
    /// version of the program.
    let image: ScannedImage
    /// The archive that holds it; an archive in memory for a file.
    let archive: Archive
    let imageID: Int64

    /// - Parameter layout: the layout of a file; nil: detect it.
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

    /// The image with its secrets replaced. `source` is unchanged: its reader must replace them.
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
