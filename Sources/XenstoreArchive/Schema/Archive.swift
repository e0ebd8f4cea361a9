import ArchiveSQL

/// An archive of images in one SQLite file, whose schema has been checked.
public final class Archive {
    /// The connection to the file.
    public let database: Database
    /// What opening the archive for writing has changed in its schema; nil if nothing.
    public internal(set) var upgrade: Upgrade?

    /// The names of all views, which are made for readers.
    package static var viewNames: [String] {
        ArchiveSQL.viewComments.map(\.view)
    }

    init(_ database: Database) {
        self.database = database
    }
}
