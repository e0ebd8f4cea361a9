import ArchiveSQL

/// An archive of images in one SQLite file, whose schema has been checked.
public final class Archive {
    public let database: Database
    /// What opening the archive for writing has done to one of an earlier schema; nil if nothing was to do.
    public internal(set) var upgrade: Upgrade?

    /// The names of all views, which are what people read.
    package static var viewNames: [String] {
        ArchiveSQL.viewComments.map(\.view)
    }

    init(_ database: Database) {
        self.database = database
    }
}
