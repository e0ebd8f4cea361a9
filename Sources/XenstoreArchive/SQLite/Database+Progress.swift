import CSQLite

extension Database {
    /// Calls `action` periodically while SQLite works on this connection, with the number of rows
    /// written since this call.
    ///
    /// It is for showing progress, and may not use the database.
    func whileWorking(_ action: @escaping (_ rows: Int64) -> Void) {
        let before = totalChangeCount
        Self.action = { [weak self] in action((self?.totalChangeCount ?? before) - before) }
        // A few hundred calls a second.
        sqlite3_progress_handler(
            handle, 200_000,
            { _ in
                Database.action?()
                return 0
            }, nil)
    }

    /// Stored here because a C function takes no closure: only one action at a time.
    nonisolated(unsafe) private static var action: (() -> Void)?
}
