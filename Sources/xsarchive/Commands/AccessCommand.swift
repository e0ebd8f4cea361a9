import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Show what a domain may do with a node, or with all nodes, and why.",
        discussion: """
            access: r, w, both or none. If the domain does not exist, the answer is what it could do if it were \
            started.
            Examples:
              xsarchive access @latest --domain 7 /local/domain/0/backend/vif/7/0/state
              xsarchive access @latest --domain 7 --format csv
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    @Option(help: "The domain's domid.")
    var domain: UInt16

    @Argument(help: "The node's path (default: all nodes).")
    var path: String?

    func run() throws {
        var parameters = ["domid": String(domain)]
        if let path { parameters["path"] = path }
        guard
            let count = try archive.printRows(
                of: "access", image: image, parameters: parameters, format: output.format,
                isSilentWhereEmpty: path != nil)
        else { return }
        if let path, count == 0 {
            // This error names the nearest path.
            if image != "-" {
                _ = try Listing.find(try NodeTree(archive.source(image, notes: false)), Octets(path.utf8))
            }
            throw ArchiveError(.noSuchImage, "\(path): the image has no such node; 'xsarchive ls' lists its nodes")
        }
    }
}
