import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct LsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the nodes below a path, exactly as xenstore-ls does.",
        discussion: "Example:\n  xsarchive ls @latest -f -p /local/domain/1"
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    @Argument(help: "The path; a relative path starts at domain 0's home.")
    var path = "/"

    @Flag(name: .short, help: "Print full paths and full values.")
    var fullPaths = false

    @Flag(name: .short, help: "Print permissions.")
    var permissions = false

    func run() throws {
        let source = try archive.source(image)
        if let note = CoverageText.rootNote(source.name, source.root) { Console.note("xsarchive: \(note)") }
        let tree = try NodeTree(source, atOrBelow: Octets(path.utf8))
        let listing = Listing(showsPaths: fullPaths, showsPerms: permissions, width: Terminal.width ?? 80)
        try listing.list(tree, path: Octets(path.utf8)) { Console.write($0) }
    }
}
