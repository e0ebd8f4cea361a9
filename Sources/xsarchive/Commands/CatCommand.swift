import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct CatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat",
        abstract: "Print a node's value, exactly as xenstore-read does.",
        discussion: "Example:\n  xsarchive cat @latest /local/domain/1/name"
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    @Argument(help: "The node's path; a relative path starts at domain 0's home.")
    var path: String

    @Flag(
        name: [.customShort("R"), .long],
        help: "Print the value's raw bytes, without a newline. They can contain terminal control sequences.")
    var raw = false

    func run() throws {
        let source = try archive.source(image)
        if let note = CoverageText.rootNote(source.name, source.root) { Console.note("xsarchive: \(note)") }
        let tree = try NodeTree(source, atOrBelow: Octets(path.utf8))
        let node = try Listing.known(try Listing.find(tree, Octets(path.utf8)))
        if node.knowledge == .cut {
            Console.note("xsarchive: \(Escape.printable(node.path)): the image has only the beginning of the value")
        }
        if raw {
            Console.write(Array(node.value))
        } else {
            Console.write(try Listing.value(tree, path: Octets(path.utf8)))
        }
    }
}
