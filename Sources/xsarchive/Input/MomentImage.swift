import Synchronization
import XenstoreArchive
import XenstoreStream

/// The state at a moment, which a reference like `@host7@2026-08-01T12:00:00Z` names.
struct MomentImage {
    private let archive: Archive
    private let reference: MomentReference

    /// Whether something that was looked at could not be said for certain.
    private static let unsettled = Atomic<Bool>(false)

    static var isUnsettled: Bool {
        unsettled.load(ordering: .relaxed)
    }

    /// What the user calls it.
    var name: String {
        reference.text
    }

    /// Whether a text could name a moment. So can an image whose name has an @.
    static func mayName(_ text: String) -> Bool {
        ImageReference.marks(text) && text.dropFirst().contains("@")
    }

    /// Nil if the text names something else: a file, or an image of the archive.
    /// - Throws: `ArchiveError` with code `usage` if it has no time.
    init?(_ text: String, in archive: @autoclosure () throws -> Archive) throws {
        guard Self.mayName(text) else { return nil }
        let archive = try archive()
        guard try !archive.hasImage(named: text), let reference = try MomentReference(text) else { return nil }
        self.archive = archive
        self.reference = reference
    }

    /// The image. A line on standard error names what it cannot say, and the exit status will be 1.
    func image() throws -> ScannedImage {
        let replayed = try archive.replay(reference)
        try saySeries()
        for note in replayed.notes { Console.note("xsarchive: \(Escape.printable(name)): \(note)") }
        if !replayed.notes.isEmpty { Self.unsettled.store(true, ordering: .relaxed) }
        return replayed.image
    }

    /// Says which of several series was taken if what is before the time names an image.
    private func saySeries() throws {
        guard try !archive.series().contains(reference.name), let named = try ImageReference("@" + reference.name)
        else { return }
        try SeriesNote.say(named, archive.image(named), archive)
    }

    /// Refuses a reference to the state at a moment where only an image of the archive will do.
    static func refuse(_ text: String, in archive: @autoclosure () throws -> Archive) throws {
        guard try MomentImage(text, in: archive()) != nil else { return }
        throw ArchiveError(
            .usage,
            "\(text): is replayed, and no image of the archive; give one like @latest, or write it with 'xsarchive "
                + "export \(text) --layout v1 -o FILE'")
    }
}
