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
        name: [.short, .customLong("archive")], help: "The archive (default: $XSARCHIVE, otherwise ./xsarchive.db).",
        completion: .file())
    var archive: String?

    @Option(help: "Seconds to wait for a locked archive.")
    var wait: Double = 60

    func validate() throws {
        guard wait >= 0, wait <= 1e6 else {
            throw ValidationError(
                "--wait requires a number of seconds from 0 to 1000000.")
        }
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

    /// The archived image for `reference`.
    func archivedImage(_ reference: String) throws -> (Archive, ArchivedImage) {
        guard reference.hasPrefix("@") else {
            throw ArchiveError(
                .usage,
                "\(reference): not an archived image; give one like @1 or @latest, 'xsarchive images' lists them")
        }
        let archive = try open()
        return (archive, try archive.image(named: reference))
    }

    /// The image's size in bytes, for progress; 0 if it is unknown before the image is read.
    func size(_ reference: String) -> Double {
        reference.hasPrefix("@")
            ? Double((try? archivedImage(reference))?.1.stream.size ?? 0) : Double(FileIO.size(reference))
    }

    /// The image for `reference`, a file or an archived one.
    func source(_ reference: String) throws -> ImageSource {
        if reference.hasPrefix("@") {
            let (archive, image) = try archivedImage(reference)
            return ImageSource(archive, image)
        }
        try MissingImage.refuse(reference, in: self)
        return ImageSource(name: reference, file: try ImageFile.prepare(reference))
    }
}
