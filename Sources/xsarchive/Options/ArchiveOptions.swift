import ArgumentParser
import XenstoreArchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The archive that a command works on.
struct ArchiveOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("archive")], help: "The archive (default: $XSARCHIVE, else ./xsarchive.db).",
        completion: .file())
    var archive: String?

    @Option(help: "How many seconds to wait for another process that holds the archive.")
    var wait: Double = 60

    func validate() throws {
        guard wait >= 0, wait <= 1e6 else { throw ValidationError("--wait is a number of seconds, at least 0.") }
        BusyHandler.seconds = wait
    }

    var path: String {
        if let archive { return archive }
        let variable = getenv("XSARCHIVE").map { String(cString: $0) } ?? ""
        return variable.isEmpty ? "xsarchive.db" : variable
    }

    func open() throws -> Archive {
        try Archive.open(path)
    }

    /// The archived image that `reference` names.
    func archivedImage(_ reference: String) throws -> (Archive, ArchivedImage) {
        guard reference.hasPrefix("@") else {
            throw ArchiveError(
                .usage, "\(reference): name an archived image, like @1 or @latest; 'xsarchive images' lists them")
        }
        let archive = try open()
        return (archive, try archive.image(named: reference))
    }

    /// How many bytes the image has that `reference` names, for people who wait; 0 where nobody knows before it is read.
    func size(_ reference: String) -> Double {
        reference.hasPrefix("@")
            ? Double((try? archivedImage(reference))?.1.stream.size ?? 0) : Double(FileIO.size(reference))
    }

    /// The image that `reference` names, a file or an archived one.
    func source(_ reference: String) throws -> ImageSource {
        if reference.hasPrefix("@") {
            let (archive, image) = try archivedImage(reference)
            return ImageSource(archive, image)
        }
        try MissingImage.refuse(reference, in: self)
        return ImageSource(name: reference, file: try ImageFile.prepare(reference))
    }
}
