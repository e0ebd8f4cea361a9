import ArgumentParser
import XenstoreArchive
import XenstoreStream

extension Archive {
    /// Reports on standard error that opening the archive upgraded it.
    func noteUpgrade() {
        guard let upgrade, let backup = upgrade.backup else { return }
        Console.note(
            "xsarchive: \(database.path): upgraded from schema version \(upgrade.from) to \(upgrade.to); the "
                + "original is in \(backup)"
        )
    }
}
