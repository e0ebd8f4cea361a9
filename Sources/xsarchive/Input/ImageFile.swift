import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// An image's file, or a member of a container that is an image; decompressed if necessary.
struct ImageFile {
    let path: String
    let content: FileContent
    /// The listing in the text; nil if the file is something else, or was not looked at.
    private var listing: ListingPart?
    /// Whether only the bytes of `listing` are meant: the text has several.
    private var isPart = false

    private var part: ListingPart? {
        isPart ? listing : nil
    }

    /// The bytes of the image.
    var bytes: [UInt8] {
        part.map { Array(content.bytes[$0.range]) } ?? content.bytes
    }

    /// - Parameters:
    ///   - path: a file; a container with one image in it; a member, like `FILE!MEMBER`; or one of
    ///     several listings in one of them, like `FILE#2`.
    ///   - keepingPart: whether the readable part of a damaged compressed file is acceptable.
    init(_ path: String, limit: Int = FileContent.standardLimit, keepingPart: Bool = false) throws {
        let limits = ContainerLimits(memberBytes: limit)
        if let reference = PartReference(path) {
            self = try ImageFile(reference.file, limit: limit, keepingPart: keepingPart).part(reference.number)
            return
        }
        if let member = try ContainedImage.member(path, limits, keepingPart: keepingPart) {
            try self.init(member.place, member.content, keepingPart: keepingPart)
            return
        }
        let content = try FileContent(of: path, limit: limit)
        if let container = Container(path: path, content: content) {
            let member = try ContainedImage.only(container, limits, keepingPart: keepingPart)
            try self.init(member.place, member.content, keepingPart: keepingPart)
        } else {
            try self.init(path, content, keepingPart: keepingPart)
        }
    }

    init(_ source: ImportFiles.Source, limit: Int, keepingPart: Bool) throws {
        try self.init(
            source.path, source.content ?? FileContent(of: source.path, limit: limit), keepingPart: keepingPart)
    }

    private init(_ path: String, _ content: FileContent, keepingPart: Bool) throws {
        self.path = path
        self.content = content
        try Memory.requireForReading(path, content.bytes.count)
        guard let problem = content.problem, !keepingPart || content.bytes.isEmpty else { return }
        let form = content.compression
        let how = form.map { "decompressed by \($0.rawValue)" } ?? "read"
        let bytes = form == nil ? "bytes" : "decompressed bytes"
        let whence = content.bytes.isEmpty ? "" : " beyond the first \(content.bytes.count) \(bytes)"
        throw ArchiveError(
            .file,
            "\(path): cannot be \(how)\(whence): \(problem); fetch the file again"
                + (form == nil ? "" : " or decompress it yourself")
                + (content.bytes.isEmpty ? "" : ", or import the readable part with --salvage"))
    }

    /// The images in the file: one, or one for each of several listings in a text.
    func images(layout: Layout?) -> [ImageFile] {
        let parts = layout == nil ? ListingPart.all(in: content.bytes) : []
        return parts.isEmpty ? [self] : parts.map { with($0, isPart: parts.count > 1) }
    }

    private func part(_ number: Int) throws -> ImageFile {
        let parts = ListingPart.all(in: content.bytes)
        guard parts.indices.contains(number - 1) else {
            let count = parts.count == 1 ? "1 listing" : "\(parts.count) listings"
            throw ArchiveError(.file, "\(path)#\(number): the file has \(count); name one of them")
        }
        return with(parts[number - 1], isPart: parts.count > 1)
    }

    private func with(_ listing: ListingPart, isPart: Bool) -> ImageFile {
        var image = self
        (image.listing, image.isPart) = (listing, isPart)
        return image
    }

    /// Where in the file the image is, and the command that printed it, for the custody log; nil if
    /// there is nothing to say.
    var partNote: String? {
        let place = part.map { part in
            "listing \(part.number), bytes \(part.range.lowerBound) to \(part.range.upperBound) of a text with "
                + "SHA-256 " + Digest.sha256(content.bytes)
        }
        let command = listing?.command.map { "command: \(Escape.short(Octets($0.utf8)))" }
        let notes = [place, command].compactMap { $0 }
        return notes.isEmpty ? nil : notes.joined(separator: ", ")
    }

    /// Whether a file or a member of a container with this content is an image.
    /// - Parameter bytes: all of its bytes, or the first `LayoutDetection.beginningSize` if it is
    ///   large.
    static func isImage(_ bytes: [UInt8]) -> Bool {
        LayoutDetection.isBeginning(bytes)
    }

    /// The name for errors. Offsets in a compressed file are those in the decompressed bytes.
    var place: String {
        let path = part.map { "\(self.path)#\($0.number)" } ?? self.path
        return content.compression == nil ? path : "\(path), decompressed"
    }

    /// - Parameters:
    ///   - layout: the layout to read with; nil: recognize it by the bytes.
    ///   - salvaging: whether to read a damaged file as far as possible.
    ///   - readsFormerNodes: whether to read the deleted nodes of a TDB file when salvaging it.
    /// - Throws: `ArchiveError` with the file's name for any problem with the file.
    func prepared(
        layout: Layout? = nil, root: TreeRoot? = nil, salvaging: Bool = false,
        readsFormerNodes: Bool = false
    ) throws -> ScannedImage {
        let image = try scanned(layout, root, salvaging: salvaging, readsFormerNodes: readsFormerNodes)
        if let layout, layout.isText, !image.hasTextOf(layout) {
            throw ArchiveError(
                .badImage, "\(place): no line is one of the layout \(layout.rawValue); omit --layout, or choose another"
            )
        }
        if root != nil, image.root.source != .option {
            let what = image.root.isAbsolute ? Escape.short(image.root.path) : "another place"
            throw ArchiveError(.usage, "\(place): the root of the tree is \(what), as the file says; omit --root")
        }
        return image
    }

    private func scanned(
        _ layout: Layout?, _ root: TreeRoot?, salvaging: Bool, readsFormerNodes: Bool
    ) throws -> ScannedImage {
        // A text with several listings is not damaged: one of them has to be named.
        let listings = listing.map { [$0] } ?? (layout == nil ? ListingPart.all(in: bytes) : [])
        if salvaging && listings.isEmpty {
            return ScannedImage(salvaging: bytes, layout: layout, root: root, readsFormerNodes: readsFormerNodes)
        }
        do {
            if layout == nil, listings.count == 1 {
                return try ScannedImage(bytes: bytes, listing: listings[0], root: root)
            }
            return try ScannedImage(bytes: bytes, layout: layout, root: root)
        } catch {
            throw unreadable(error)
        }
    }

    private func unreadable(_ error: any Error) -> ArchiveError {
        ArchiveError(.badImage, "\(place): \(Advice.line(error))")
    }

    /// The image for a command that looks at its records only: of a stream, without checks.
    /// - Throws: `ArchiveError` with the file's name for any problem with the file.
    func source(named name: String) throws -> ImageSource {
        do {
            if listing == nil, let image = try UncheckedImage(bytes: content.bytes) {
                return ImageSource(name: name, unchecked: image)
            }
        } catch {
            throw unreadable(error)
        }
        return ImageSource(name: name, file: try prepared())
    }

    static func prepare(_ path: String, layout: Layout? = nil, salvaging: Bool = false) throws -> ScannedImage {
        try ImageFile(path, keepingPart: salvaging).prepared(layout: layout, salvaging: salvaging)
    }

    /// The default name of an image from this file.
    /// - Parameter path: the file's path, as it is shown.
    func name(from path: String) -> String {
        name(named: content.compression?.unpackedName(path) ?? path)
    }

    /// The name of the image, if the file has this one.
    func name(named name: String) -> String {
        name + (part.map { "#\($0.number)" } ?? "")
    }
}
