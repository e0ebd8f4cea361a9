/// The pages of an archive's file that hold nothing, since images were removed.
///
/// Later images use them. They can be given back to the file system in steps, between which other
/// processes can use the archive.
public struct FreeSpace {
    private let database: Database

    /// - Parameter archive: the archive; open for writing, to give space back.
    public init(_ archive: Archive) {
        database = archive.database
    }

    /// Makes a file keep what `giveBack` needs: this takes effect with the first table of a file,
    /// or with the next VACUUM.
    ///
    /// SQLite takes the mode when it prepares the statement. If the statement ran, it would write
    /// the first page of an empty file, before the transaction that creates the tables.
    static func prepare(_ database: Database) throws {
        _ = try database.prepare("PRAGMA auto_vacuum = INCREMENTAL")
    }

    /// Pages that one step gives back: 4 MiB with the usual size of a page.
    private static let stepPages: Int64 = 1024

    /// The number of free bytes.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func bytes() throws -> Int64 {
        let (pages, size) = (try number("freelist_count"), try number("page_size"))
        return pages.multipliedReportingOverflow(by: size).partialValue
    }

    /// Whether the file keeps what is needed to give space back in steps: a file that an earlier
    /// version of the program made does not, until it is compacted.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func isReturnable() throws -> Bool {
        // 0: none, 1: full, 2: incremental. A file of which nothing else is known says 0.
        try number("auto_vacuum") != 0
    }

    /// Gives all free pages back, in steps that are transactions of their own.
    /// - Parameter proceeds: called before each step; false: stop there.
    /// - Throws: `ArchiveError` if a step fails; the steps before it are done.
    public func giveBack(while proceeds: () -> Bool = { true }) throws {
        guard try isReturnable() else { return }
        var left = try number("freelist_count")
        while left > 0, proceeds() {
            let step = try database.prepare("PRAGMA incremental_vacuum(\(Self.stepPages))")
            while try step.step() {}
            let now = try number("freelist_count")
            guard now < left else { return }
            left = now
        }
    }

    private func number(_ pragma: String) throws -> Int64 {
        try database.integer("PRAGMA \(pragma)") ?? 0
    }
}
