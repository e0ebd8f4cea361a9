import XenstoreArchive
import XenstoreStream

/// Listings whose coverage a test decides.
enum Listings {
    /// Everything that a listing of a whole host covers.
    static let host = [Coverage.Area(.nodes, includesRoot: false)]

    /// The nodes at and below a path.
    static func subtree(_ path: String, _ kind: Coverage.Kind = .nodes) -> Coverage.Area {
        Coverage.Area(kind, root: Octets(path.utf8))
    }

    /// A path without the nodes at and below it.
    static func except(_ path: String) -> Coverage.Area {
        Coverage.Area(.nodes, root: Octets(path.utf8), isCovered: false)
    }

    /// An archived listing.
    /// - Parameters:
    ///   - lines: as `xenstore-ls -f` prints them, with permissions or without.
    ///   - cut: the paths of nodes of which only the beginning of the value is known.
    ///   - unknown: the paths of nodes of which the value is unknown.
    ///   - root: another root than `/`; the paths in the archive lose their first slash if it is
    ///     not absolute.
    static func archived(
        _ lines: [String], covering areas: [Coverage.Area] = host, cut: [String] = [], unknown: [String] = [],
        root: TreeRoot = .absolute, in archive: Archive
    ) throws -> ImageSource {
        let text = Array(lines.map { $0 + "\n" }.joined().utf8)
        let image = try ScannedImage(bytes: text, layout: .listing)
        let id = try Importer(archive).store(image, label: ImageLabel(name: "listing", series: "main")).imageID
        let stream = try archive.image(id: id).stream
        let database = archive.database
        try database.execute("DELETE FROM stream_coverage WHERE stream_id = \(stream.streamID)")
        for area in areas {
            try database.execute(
                "INSERT INTO stream_coverage VALUES (\(stream.streamID), '\(area.kind.rawValue)', "
                    + "'\(self.text(area.root))', \(area.includesRoot ? 1 : 0), \(area.isCovered ? 1 : 0))")
        }
        for (paths, mark) in [(cut, 0x4000), (unknown, 0x8000)] {
            for path in paths {
                try database.execute("INSERT INTO node_detail (conn_id, tx_id, access) VALUES (0, 0, \(mark))")
                try database.execute(
                    "UPDATE node_span SET detail_id = (SELECT max(detail_id) FROM node_detail) "
                        + "WHERE chain_id = \(stream.chainID) AND last_gen = 0 "
                        + "AND path_id = (SELECT path_id FROM path WHERE path = '\(path)')")
            }
        }
        try database.execute(
            "UPDATE stream SET root = '\(self.text(root.path))', root_source = '\(root.source.rawValue)' "
                + "WHERE stream_id = \(stream.streamID)")
        if !root.isAbsolute { try database.execute("UPDATE path SET path = substr(path, 2) WHERE path GLOB '/*'") }
        try SeriesSteps(database).computeAll()
        return ImageSource(archive, try archive.image(id: id))
    }

    private static func text(_ octets: Octets) -> String {
        String(decoding: octets, as: UTF8.self)
    }
}
