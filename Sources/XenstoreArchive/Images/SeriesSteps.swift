/// The tables `series_step`, the images of each series in the order of time, and `series_run`, the
/// steps of which each continues the chain of the one before. They follow from the tables of images
/// and sightings and from what the images cover.
package struct SeriesSteps {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// The beginning of a statement, with the table `name` of the series' names in their order and
    /// a NULL. It goes from one name to the next in the index, past all steps of a series.
    static let names = """
        WITH RECURSIVE name (series) AS (
          SELECT min(series) FROM series_step
          UNION ALL
          SELECT (SELECT min(t.series) FROM series_step t WHERE t.series > n.series) FROM name n
          WHERE n.series IS NOT NULL
        )
        """

    /// Adds a new image at its place.
    /// - Returns: the image after it, which is newer although it was imported before; nil if the
    ///   new image is the newest of its series.
    func add(_ imageID: Int64, series: String) throws -> Int64? {
        let insert = try database.prepare(
            """
            INSERT INTO series_step (series, step, image_id, seen_at, seen_from, last_seen, last_from, covers_tree,
                                     trees, covers_rings, rings)
            SELECT o.series, ifnull(l.step, 0) + 1, o.image_id, o.seen_at, o.seen_from, o.seen_at, o.seen_from,
                   r.covers_tree, ifnull(l.trees, 0) + r.covers_tree,
                   r.covers_rings, ifnull(l.rings, 0) + r.covers_rings
            FROM observations o JOIN image_reach r ON r.image_id = o.image_id
            LEFT JOIN series_step l ON l.series = o.series
              AND l.step = (SELECT max(z.step) FROM series_step z WHERE z.series = o.series)
            WHERE o.image_id = ?1 AND (l.step IS NULL OR rtrim(l.last_seen, 'Z') <= o.instant)
            """)
        try insert.bind(1, imageID)
        try insert.run()
        if database.changeCount == 0 { try compute(series) } else { try extendRun(series) }
        let next = try database.prepare(
            """
            SELECT n.image_id FROM series_step s JOIN series_step n ON n.series = s.series AND n.step = s.step + 1
            WHERE s.image_id = ?1 AND s.series = ?2
            """)
        try next.bind(1, imageID)
        try next.bind(2, series)
        return try next.step() ? next.integer(0) : nil
    }

    /// Adds the newest step of a series to the last run, or to a new one.
    private func extendRun(_ series: String) throws {
        let newest = """
            SELECT t.series, t.step, g.chain_id, g.gen, g.is_doubled
            FROM series_step t JOIN image_gen g ON g.image_id = t.image_id
            WHERE t.series = ?1 ORDER BY t.step DESC LIMIT 1
            """
        let update = try database.prepare(
            """
            UPDATE series_run SET last_step = n.step, last_gen = n.gen FROM (\(newest)) n
            WHERE series_run.series = ?1 AND series_run.last_step = n.step - 1 AND series_run.chain_id = n.chain_id
              AND series_run.last_gen <= n.gen AND series_run.is_doubled = n.is_doubled
            """)
        try update.bind(1, series)
        try update.run()
        guard database.changeCount == 0 else { return }
        let insert = try database.prepare(
            """
            INSERT INTO series_run
              (series, first_step, last_step, chain_id, first_gen, last_gen, is_doubled)
            SELECT n.series, n.step, n.step, n.chain_id, n.gen, n.gen, n.is_doubled FROM (\(newest)) n
            """)
        try insert.bind(1, series)
        try insert.run()
    }

    /// Extends the newest step of a series, after its image was seen again.
    func extend(_ imageID: Int64, series: String, to time: String) throws {
        let update = try database.prepare(
            """
            UPDATE series_step SET last_seen = ?3, last_from = 'import'
            WHERE series = ?2 AND step = (SELECT max(z.step) FROM series_step z WHERE z.series = ?2)
              AND image_id = ?1 AND rtrim(last_seen, 'Z') <= rtrim(?3, 'Z')
            """)
        try update.bind(1, imageID)
        try update.bind(2, series)
        try update.bind(3, time)
        try update.run()
        if database.changeCount == 0 { try compute(series) }
    }

    /// The image that was observed last in a series, or the one `back` steps before it; nil if the
    /// series has none.
    func newest(in series: String, back: Int64 = 0) throws -> Int64? {
        let row = try database.prepare(
            "SELECT image_id FROM series_step WHERE series = ?1 ORDER BY step DESC LIMIT 1 OFFSET ?2")
        try row.bind(1, series)
        try row.bind(2, back)
        return try row.step() ? row.integer(0) : nil
    }

    /// Computes the steps of a series again.
    func compute(_ series: String) throws {
        try forget(series)
        for table in Self.tables {
            let insert = try database.prepare(
                "INSERT INTO \(table.name) SELECT \(table.columns) FROM \(table.view) WHERE series = ?")
            try insert.bind(1, series)
            try insert.run()
        }
    }

    /// Deletes the steps of a series, as before images of it are deleted.
    func forget(_ series: String) throws {
        for table in Self.tables {
            let delete = try database.prepare("DELETE FROM \(table.name) WHERE series = ?")
            try delete.bind(1, series)
            try delete.run()
        }
    }

    /// Computes the steps of all series again.
    package func computeAll() throws {
        for table in Self.tables {
            try database.execute(
                "DELETE FROM \(table.name); INSERT INTO \(table.name) SELECT \(table.columns) FROM \(table.view)")
        }
    }

    /// The first difference from what follows from the observations; nil if there is none.
    func problem() throws -> String? {
        for table in Self.tables {
            let (stored, computed) = (
                "SELECT \(table.columns) FROM \(table.name)", "SELECT \(table.columns) FROM \(table.view)"
            )
            let rows = try database.prepare(
                """
                SELECT * FROM (SELECT * FROM (\(stored) EXCEPT \(computed))
                UNION ALL SELECT * FROM (\(computed) EXCEPT \(stored))) ORDER BY 1, 2 LIMIT 1
                """)
            if try rows.step() {
                return "step \(rows.integer(1)) of series '\(rows.string(0))' in \(table.name) "
                    + "differs from the images of the series"
            }
        }
        return nil
    }

    /// The tables, each with the view it follows from; the second view reads the first table.
    private static let tables = [
        (
            name: "series_step", view: "observed_steps",
            columns: "series, step, image_id, seen_at, seen_from, last_seen, last_from, covers_tree, trees, "
                + "covers_rings, rings"
        ),
        (
            name: "series_run", view: "observed_runs",
            columns: "series, first_step, last_step, chain_id, first_gen, last_gen, is_doubled"
        ),
    ]
}
