import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct UpgradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Upgrade an archive of an earlier schema version, and keep a copy of the original.",
        discussion: """
            The upgrade is one transaction: every image is re-encoded from the new tables and compared with its \
            SHA-256; if one differs, the archive stays unchanged. The copy is stored next to the archive, as \
            xsarchive.db.v2.backup; an existing copy is never overwritten. 'import' also upgrades an archive that \
            needs it.
            Example:
              xsarchive upgrade -a old.db
            """
    )

    @OptionGroup var archive: ArchiveOptions

    func run() throws {
        let opened = try Archive.openExisting(archive.path)
        if opened.upgrade == nil {
            Console.note("xsarchive: \(archive.path): already up to date")
        } else {
            opened.noteUpgrade()
        }
    }
}
