import CSQLite

extension Database {
    /// Calls `action` now and then while SQLite works through this connection, with how many rows have been written since.
    ///
    /// It is for progress, and may not use the database.
    func whileWorking(_ action: @escaping (_ rows: Int64) -> Void) {
        let before = totalChangeCount
        Self.action = { [weak self] in action((self?.totalChangeCount ?? before) - before) }
        // Some hundred calls a second.
        sqlite3_progress_handler(
            handle, 200_000,
            { _ in
                Database.action?()
                return 0
            }, nil)
    }

    /// A C function takes no closure. One piece of work is watched at a time.
    nonisolated(unsafe) private static var action: (() -> Void)?
}
