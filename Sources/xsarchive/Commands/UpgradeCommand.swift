import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct UpgradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Bring an archive of an earlier schema version up to date, and keep a copy of it as it was.",
        discussion: """
            All is done in one transaction: every image is written anew from the new tables and compared with its SHA-256, or the archive \
            stays as it was. The copy lies beside the archive, as xsarchive.db.v2.backup; one that is there already is never replaced. \
            'import' does the same with an archive that needs it.
            Example:
              xsarchive upgrade -a old.db
            """
    )

    @OptionGroup var archive: ArchiveOptions

    func run() throws {
        let opened = try Archive.openExisting(archive.path)
        if opened.upgrade == nil {
            Console.note("xsarchive: \(archive.path): is up to date already")
        } else {
            opened.noteUpgrade()
        }
    }
}

extension Archive {
    /// Tells on standard error what opening the archive has done to it.
    func noteUpgrade() {
        guard let upgrade, let backup = upgrade.backup else { return }
        Console.note(
            "xsarchive: \(database.path): brought from schema version \(upgrade.from) to \(upgrade.to); the archive as it was is in \(backup)"
        )
    }
}
