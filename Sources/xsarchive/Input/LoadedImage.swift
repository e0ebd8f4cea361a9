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
    /// The archive that holds it; a temporary one for a file.
    let archive: Archive
    let imageID: Int64
    /// How much was replaced in the bytes; nil if they are as they were.
    private(set) var redaction: RedactionCount?

    /// - Parameters:
    ///   - layout: the layout of a file; nil: detect it.
    ///   - notes: whether to say which series was taken if there are several.
    init(_ options: ArchiveOptions, _ reference: String, layout: Layout? = nil, notes: Bool = true) throws {
        self.reference = reference
        (source, image, archive, imageID) = try options.load(
            reference, notes: notes,
            file: { name in
                try Self.stored(name, try ImageFile.prepare(name, layout: layout, salvaging: true))
            },
            archived: { archive, archived in
                (ImageSource(archive, archived), try archive.scanned(archived).withoutPaths, archive, archived.imageID)
            }, replayed: Self.stored)
    }

    private static func stored(
        _ name: String, _ image: ScannedImage
    ) throws -> (ImageSource, ScannedImage, Archive, Int64) {
        let (archive, imageID) = try ArchiveOptions.temporary(name, image)
        let source = ImageSource(name: name, file: image)
        return (source, image.withoutPaths, archive, imageID)
    }

    /// An image that has been found already.
    init(_ source: ImageSource, _ reference: String) throws {
        self.reference = reference
        self.source = source
        switch source.origin {
        case .file(let file):
            // The source no longer has what storing needs.
            image = ScannedImage(
                salvaging: file.file, layout: file.format.layout, root: file.root, readsFormerNodes: file.isSalvaged)
            (archive, imageID) = try ArchiveOptions.temporary(reference, image)
        case .unchecked(let file):
            image = ScannedImage(salvaging: file.bytes, layout: file.format.layout)
            (archive, imageID) = try ArchiveOptions.temporary(reference, image)
        case .archive(let archive, let archived):
            image = try archive.scanned(archived).withoutPaths
            self.archive = archive
            imageID = archived.imageID
        }
    }

    /// The image with its secrets replaced. `source` is unchanged: its reader must replace them.
    func redacted(_ redactor: Redactor) throws -> LoadedImage {
        let layout = ImageReference.marks(reference) ? image.format.layout : nil
        let (bytes, count) = try redactor.redactedFile(image)
        let redacted = ScannedImage(
            salvaging: bytes, layout: layout, root: image.root, readsFormerNodes: image.isSalvaged)
        var loaded = try LoadedImage(redacted: redacted.covering(source.coverage), of: self)
        loaded.redaction = count
        return loaded
    }

    private init(redacted image: ScannedImage, of original: LoadedImage) throws {
        (reference, source) = (original.reference, original.source)
        self.image = image
        (archive, imageID) = try ArchiveOptions.temporary(reference, image)
    }
}
