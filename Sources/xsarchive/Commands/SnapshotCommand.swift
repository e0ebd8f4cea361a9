import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copy the archive as of one moment, while others may write to it.",
        discussion: """
            The copy has the same bytes as the archive. Copying the file in another way while an import or 'record' \
            writes to it may give half of the change. Who writes waits until the copy is made. The file appears only \
            when it is complete.
            The line that is printed has the hash of the newest entry of the custody log; 'xsarchive verify --expect \
            HASH' holds the copy against it where it has been taken to.
            Exit status: 0 done, 2 trouble.
            Example:
              xsarchive snapshot /srv/out/host7.db
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The file to write.", completion: .file())
    var file: String

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var talk: QuietOption

    func run() throws {
        let opened = try archive.open()
        let progress = Progress("copying", isWanted: !talk.quiet)
        progress.next("copying \(opened.database.path)")
        let snapshot = try Snapshot(of: opened, at: file, overwrite: force)
        Progress.end()
        guard !talk.quiet else { return }
        let images = snapshot.imageCount == 1 ? "1 image" : "\(snapshot.imageCount) images"
        let hash = snapshot.custodyHash.map { ", custody \($0)" } ?? ""
        Console.print("\(Escape.printable(file)): \(images), \(snapshot.size) bytes\(hash)")
    }
}
