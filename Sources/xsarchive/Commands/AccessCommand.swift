import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Show what a domain may do with a node, or with all nodes, and why.",
        discussion: """
            The answer is that of the daemon that wrote the image, which the first line names, as far as the layout \
            shows it. If the domain does not exist, the answer is what it could do if it were started.
            access: r, w, both or none. set_perms: whether it may change the permissions, which only an owner may. \
            remove: whether it may remove the node, by itself or with a node above it: removing a node removes \
            everything below it. What the image does not show is empty (null in JSON).
            Examples:
              xsarchive access @latest --domain 7 /local/domain/0/backend/vif/7/0/state
              xsarchive access @latest --domain 7 --format csv
              xsarchive access @latest --domain 7 --after-restore
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    @Option(help: "The domain's domid.")
    var domain: UInt16

    @Option(
        help:
            """
            Answer as another daemon would with these nodes: c-4.17 (C xenstored 4.15 to 4.17), c-4.18 (4.18 to \
            4.21), c-4.22 (4.22 or later) or oxenstored.
            """
    )
    var daemon: DaemonRules?

    @Flag(
        help:
            """
            Answer as the daemon does after it has restored the image: without the targets that it drops and the \
            entries that it marks stale.
            """
    )
    var afterRestore = false

    @Argument(help: "The node's path (default: all nodes).")
    var path: String?

    func run() throws {
        let (opened, imageID) = try loaded()
        let query = try NamedQuery.named("access")
        let isApplicable = try query.inapplicability(opened, imageID: imageID) == nil
        let writer = try ImageWriter(opened, imageID: imageID)
        var parameters = ["image_id": String(imageID), "domid": String(domain)]
        parameters["path"] = path
        parameters["daemon"] = (daemon ?? writer.rules).rawValue
        if afterRestore { parameters["after_restore"] = "1" }
        if isApplicable { try requireNode(opened, imageID) }
        if isApplicable && output.format == .text { Console.print(AccessHeading.line(writer, daemon, afterRestore)) }
        let rows = try query.prepare(opened, parameters: parameters)
        try query.printRows(rows, of: [imageID], in: opened, format: output.format)
    }

    /// The archive that holds the image, and the image's id.
    /// - Throws: `ArchiveError` with code `usage` if the answer for after a restore is asked for,
    ///   and no such daemon restores the image.
    private func loaded() throws -> (Archive, Int64) {
        guard afterRestore else { return try archive.queryable(image) }
        let loaded = try LoadedImage(archive, image)
        let rules = try daemon ?? ImageWriter(loaded.archive, imageID: loaded.imageID).rules
        if let obstacle = try RestoreObstacle(loaded.image, rules, coverage: loaded.source.coverage) {
            throw ArchiveError(
                .usage, "\(loaded.source.name): there is nothing after a restore: \(obstacle.reason)",
                suggestion: obstacle.suggestion)
        }
        return (loaded.archive, loaded.imageID)
    }

    /// - Throws: `ArchiveError` with code `noSuchNode` that names the nearest path, if there is no
    ///   node at the path.
    private func requireNode(_ opened: Archive, _ imageID: Int64) throws {
        guard let path else { return }
        let rows = try opened.database.prepare(
            "SELECT 1 FROM node_places WHERE image_id = ? AND path = ? AND (is_committed OR ?)")
        try rows.bind(1, imageID)
        try rows.bindTextOrBlob(2, Octets(path.utf8))
        try rows.bind(3, afterRestore ? 1 : 0)
        if try rows.step() { return }
        _ = try Listing.find(
            try NodeTree(ImageSource(opened, try opened.image(id: imageID)), atOrBelow: Octets(path.utf8)),
            Octets(path.utf8))
        throw ArchiveError(.noSuchNode, "\(path): the image has no such node; 'xsarchive ls' lists its nodes")
    }
}
