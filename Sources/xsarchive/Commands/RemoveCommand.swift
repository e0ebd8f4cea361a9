import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove images or logs from the archive for good; the custody log records that they existed.",
        discussion: """
            Everything that only these images use is deleted: the bytes are overwritten, the file is compacted, and \
            the journal is overwritten too. Images that shared records with them are proved before the removal \
            becomes final. The custody log keeps the image's entries; what the image brought into their arguments, \
            notes and sources is blanked, which 'xsarchive verify' knows and checks. Copies elsewhere stay: backups \
            of the file, and those that an upgrade kept next to it. To finish an interrupted removal, repeat the \
            command.
            A log, like log:1, is removed with all its files, and its entries are blanked in the same way.
            Example:
              xsarchive remove @3 --reason "host 7 belongs to a customer; removal requested on 2026-08-14"
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The archived images, and logs like log:1.")
    var images: [String]

    @Option(help: "The reason, for the custody log.")
    var reason: String?

    @OptionGroup var talk: QuietOption

    func run() throws {
        let opened = try Archive.openExisting(archive.path)
        opened.noteUpgrade()
        var found: [ArchivedImage] = []
        var gone: [CustodyEntry] = []
        var logs: [ArchivedLog] = []
        for reference in images {
            if let log = try LogReference(reference)?.find(opened) {
                if !logs.contains(where: { $0.logID == log.logID }) { logs.append(log) }
                continue
            }
            let parsed = try ArchiveOptions.archivedReference(reference)
            if let entry = try removal(of: reference, opened) {
                gone.append(entry)
                continue
            }
            let image = try opened.image(parsed)
            if !talk.quiet { try SeriesNote.say(parsed, image, opened) }
            if !found.contains(where: { $0.imageID == image.imageID }) { found.append(image) }
        }
        let remover = Remover(opened)
        let progress = Progress("compacting the archive", isWanted: !talk.quiet) { Double(FileIO.size(archive.path)) }
        if found.isEmpty && logs.isEmpty { try remover.clear() }
        if !found.isEmpty { try remover.remove(found, note: reason) { tell(progress, $0, found.count) } }
        if !logs.isEmpty { try remover.remove(logs, note: reason) { tell(progress, $0, logs.count, "log") } }
        for image in found where !talk.quiet {
            Console.print("@\(image.imageID)  \(Escape.printable(image.label.name))  removed")
        }
        for log in logs where !talk.quiet {
            Console.print("log:\(log.logID)  \(Escape.printable(log.name))  removed")
        }
        for entry in gone where !talk.quiet {
            Console.print(
                "@\(entry.imageID ?? 0)  \(Escape.printable(entry.name ?? ""))  already removed on "
                    + "\(Escape.printable(entry.at))"
            )
        }
        noteCopies()
    }

    private func tell(_ progress: Progress, _ step: Remover.Step, _ count: Int, _ what: String = "image") {
        switch step {
        case .deleting: progress.next("removing \(count == 1 ? "1 \(what)" : "\(count) \(what)s")")
        case .proving: progress.next("proving the images that shared records")
        case .packing: progress.next("compacting the archive") { Double(FileIO.size(archive.path)) }
        }
    }

    /// The custody entry of the removal of an image that is given by its id.
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
            "xsarchive: \(first)\(copies.count > 1 ? " and \(copies.count - 1) more" : ""): an older copy of the "
                + "archive, which may still contain what was removed; "
                + "delete it if it must not")
    }
}
