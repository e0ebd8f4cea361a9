import XenstoreArchive

/// Removes images that no rule keeps, and gives their space back.
struct Pruning {
    private let archive: Archive
    private let isQuiet: Bool

    /// - Parameters:
    ///   - archive: an archive that is open for writing.
    ///   - isQuiet: whether to say only what is a problem.
    init(_ archive: Archive, isQuiet: Bool) {
        (self.archive, self.isQuiet) = (archive, isQuiet)
    }

    /// From this many free bytes on, a file that cannot give them back is worth a line.
    private static let muchSpace: Int64 = 1 << 20

    /// - Parameters:
    ///   - images: what to remove.
    ///   - retention: the rules, for the custody log.
    ///   - reason: why, for the custody log.
    ///   - compact: whether to write the whole file again.
    ///   - proceeds: called before each step of giving space back; false: stop there.
    func run(
        _ images: [ArchivedImage], _ retention: Retention, _ reason: String?, compact: Bool = false,
        while proceeds: () -> Bool = { true }
    ) throws {
        let remover = Remover(archive)
        let progress = Progress("removing images", isWanted: !isQuiet)
        let note = "prune \(retention.text)" + (reason.map { ": \($0)" } ?? "")
        try remover.prune(images, note: note) { step in
            switch step {
            case .deleting: progress.next("removing images")
            case .proving: progress.next("proving the images that shared records")
            case .packing: break
            }
        }
        let space = FreeSpace(archive)
        if compact {
            progress.next("compacting the archive")
            try remover.clear()
        } else if try space.isReturnable() {
            progress.next("giving space back")
            try space.giveBack(while: proceeds)
        } else if try space.bytes() >= Self.muchSpace, !isQuiet {
            Console.note(
                "xsarchive: \(archive.database.path): \(try space.bytes() >> 20) MiB are free for later images; an "
                    + "earlier version made this file, and --compact gives them back, once, and by steps from then on")
        }
    }
}
