import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take images out of the archive for good; the custody log keeps that they were there.",
        discussion: """
            What only these images used goes with them: the bytes are overwritten, the file is packed, and the journal is overwritten too. \
            Images that shared records with them are proved before anything is final. Copies elsewhere stay: backups of the file, and \
            those that an upgrade has kept beside it. A removal that was cut short is finished by giving the command again.
            Example:
              xsarchive remove @3 --reason "host 7 was a customer's; asked to on 2026-08-14"
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The archived images.")
    var images: [String]

    @Option(help: "Why, for the custody log.")
    var reason: String?

    @OptionGroup var talk: QuietOption

    func run() throws {
        let opened = try Archive.openExisting(archive.path)
        opened.noteUpgrade()
        var found: [ArchivedImage] = []
        var gone: [CustodyEntry] = []
        for reference in images {
            guard reference.hasPrefix("@") else {
                throw ArchiveError(
                    .usage, "\(reference): name an archived image, like @1 or @latest; 'xsarchive images' lists them")
            }
            if let entry = try removal(of: reference, opened) {
                gone.append(entry)
                continue
            }
            let image = try opened.image(named: reference)
            if !found.contains(where: { $0.imageID == image.imageID }) { found.append(image) }
        }
        let remover = Remover(opened)
        let progress = Progress("packing the archive", isWanted: !talk.quiet) { Double(FileIO.size(archive.path)) }
        if found.isEmpty {
            try remover.clear()
        } else {
            try remover.remove(found, note: reason) { tell(progress, $0, found.count) }
        }
        for image in found where !talk.quiet {
            Console.print("@\(image.imageID)  \(Escape.printable(image.label.name))  removed")
        }
        for entry in gone where !talk.quiet {
            Console.print(
                "@\(entry.imageID ?? 0)  \(Escape.printable(entry.name ?? ""))  removed before, on \(Escape.printable(entry.at))"
            )
        }
        noteCopies()
    }

    private func tell(_ progress: Progress, _ step: Remover.Step, _ count: Int) {
        switch step {
        case .deleting: progress.next("removing \(count == 1 ? "an image" : "\(count) images")")
        case .proving: progress.next("proving the images that shared records")
        case .packing: progress.next("packing the archive") { Double(FileIO.size(archive.path)) }
        }
    }

    /// The entry that tells of the removal of an image that is named by its id.
    private func removal(of reference: String, _ archive: Archive) throws -> CustodyEntry? {
        guard let id = Int64(reference.dropFirst()) else { return nil }
        return try CustodyLog(archive).entries().last {
            $0.imageID == id && $0.action == CustodyEntry.Action.remove.rawValue
        }
    }

    private func noteCopies() {
        let copies = FileIO.neighbours(of: archive.path) { $0.contains(".backup") }
        guard let first = copies.first else { return }
        Console.note(
            "xsarchive: \(first)\(copies.count > 1 ? " and \(copies.count - 1) more" : ""): a copy of the archive from before, which may hold what was removed; "
                + "delete it where it should not")
    }
}
