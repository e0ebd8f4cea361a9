import CSQLite
import XenstoreStream

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
public final class Statement {
    private let database: Database
    private let handle: OpaquePointer
    /// Set if the statement comes from outside and may only read.
    var guarding: ReadOnlyGuard?

    /// Whether more than spaces and comments follows the statement in its SQL.
    let isFollowed: Bool

    init(_ database: Database, _ sql: String) throws {
        var handle: OpaquePointer?
        let (code, isFollowed) = sql.withCString { start in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v2(database.handle, start, -1, &handle, &tail)
            return (code, code == SQLITE_OK && Self.hasStatement(tail, database))
        }
        self.isFollowed = isFollowed
        guard code == SQLITE_OK else { throw database.error() }
        guard let handle else { throw ArchiveError(.usage, "the SQL is empty; give one SELECT") }
        self.database = database
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Whether the rest of an SQL text has a statement, or what cannot be one.
    private static func hasStatement(_ rest: UnsafePointer<CChar>?, _ database: Database) -> Bool {
        guard let rest, rest.pointee != 0 else { return false }
        var next: OpaquePointer?
        defer { sqlite3_finalize(next) }
        return sqlite3_prepare_v2(database.handle, rest, -1, &next, nil) != SQLITE_OK || next != nil
    }

    // MARK: Parameters

    /// Binds an integer.
    /// - Throws: `ArchiveError` if SQLite refuses the value.
    public func bind(_ index: Int, _ value: Int64) throws {
        try check(sqlite3_bind_int64(handle, Int32(index), value))
    }

    /// Binds a string as TEXT, with any NUL in it.
    /// - Throws: `ArchiveError` if SQLite refuses the value.
    public func bind(_ index: Int, _ value: String) throws {
        var value = value
        try value.withUTF8 {
            try check(xs_bind_text(handle, Int32(index), Self.address(UnsafeRawBufferPointer($0)), Int32($0.count)))
        }
    }

    /// Binds NULL.
    /// - Throws: `ArchiveError` if SQLite refuses the value.
    public func bindNull(_ index: Int) throws {
        try check(sqlite3_bind_null(handle, Int32(index)))
    }

    /// Binds the bytes as a BLOB.
    /// - Throws: `ArchiveError` if SQLite refuses the value.
    public func bindBlob(_ index: Int, _ value: Octets) throws {
        try value.withUnsafeBytes { try check(xs_bind_blob(handle, Int32(index), Self.address($0), Int32($0.count))) }
    }

    /// Binds the bytes as TEXT if they are valid UTF-8 without NUL, otherwise as a BLOB.
    /// - Throws: `ArchiveError` if SQLite refuses the value.
    public func bindTextOrBlob(_ index: Int, _ value: Octets) throws {
        guard value.isText else { return try bindBlob(index, value) }
        try value.withUnsafeBytes { try check(xs_bind_text(handle, Int32(index), Self.address($0), Int32($0.count))) }
    }

    /// Like `bindTextOrBlob`, but does not copy TEXT.
    /// - Parameter bytes: must stay in place until the statement has run.
    func bindTextOrBlob(_ index: Int, standingAt bytes: UnsafeRawBufferPointer) throws {
        if bytes.isText {
            try check(xs_bind_standing_text(handle, Int32(index), Self.address(bytes), Int32(bytes.count)))
        } else {
            try check(xs_bind_blob(handle, Int32(index), Self.address(bytes), Int32(bytes.count)))
        }
    }

    /// Sets every parameter to NULL.
    public func clearBindings() {
        sqlite3_clear_bindings(handle)
    }

    /// The index of a named parameter; nil if the statement has no parameter of that name.
    public func parameterIndex(_ name: String) -> Int? {
        let index = sqlite3_bind_parameter_index(handle, name)
        return index == 0 ? nil : Int(index)
    }

    /// The names of the statement's named parameters, with the sign before each name.
    public var parameterNames: [String] {
        (0..<sqlite3_bind_parameter_count(handle)).compactMap { index in
            sqlite3_bind_parameter_name(handle, index + 1).map { String(cString: $0) }
        }
    }

    /// The number of the statement's parameters, with and without a name.
    public var parameterCount: Int {
        Int(sqlite3_bind_parameter_count(handle))
    }

    /// Whether running the statement leaves the file unchanged.
    var isReadOnly: Bool {
        sqlite3_stmt_readonly(handle) != 0
    }

    // MARK: Running

    /// Goes to the next row; false at the end.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    public func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.error()
        }
    }

    /// Runs a statement without rows, and makes it ready for the next run.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    public func run() throws {
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    /// Makes the statement ready for the next run; the parameters keep their values.
    public func reset() {
        sqlite3_reset(handle)
    }

    // MARK: Columns

    /// The number of columns of a row.
    public var columnCount: Int {
        Int(sqlite3_column_count(handle))
    }

    /// The name of a column.
    public func columnName(_ column: Int) -> String {
        String(cString: sqlite3_column_name(handle, Int32(column)))
    }

    /// Whether the column is NULL in this row.
    public func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// How SQLite stores a value, by the name that `typeof` gives it.
    enum StorageClass {
        case integer, real, text, blob, null
    }

    /// How the column is stored in this row; ask before anything else about the column.
    func storageClass(_ column: Int) -> StorageClass {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// The column as an integer; 0 if it is NULL.
    public func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(column))
    }

    /// The column's bytes, as TEXT or BLOB; empty if it is NULL.
    public func octets(_ column: Int) -> Octets {
        guard let start = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return Octets(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column)))))
    }

    /// The number of bytes of the column, as TEXT or BLOB.
    func count(_ column: Int) -> Int {
        Int(sqlite3_column_bytes(handle, Int32(column)))
    }

    /// The column's bytes without a copy, as TEXT or BLOB; they are valid until the next step.
    func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        guard let start = sqlite3_column_blob(handle, Int32(column)) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: start, count: count(column))
    }

    /// Appends the column's bytes, as TEXT or BLOB.
    func append(_ column: Int, to bytes: inout [UInt8]) {
        guard let start = sqlite3_column_blob(handle, Int32(column)) else { return }
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count(column)))
    }

    /// The column as a string; bytes that are not UTF-8 are replaced.
    public func string(_ column: Int) -> String {
        String(decoding: octets(column), as: UTF8.self)
    }

    /// The column's value with its own type.
    public func value(_ column: Int) -> SQLValue {
        switch storageClass(column) {
        case .integer: .integer(integer(column))
        case .real: .real(sqlite3_column_double(handle, Int32(column)))
        case .text: .text(octets(column))
        case .blob: .blob(octets(column))
        case .null: .null
        }
    }

    /// SQLite takes a null pointer as NULL even if the count is 0: an empty string needs an
    /// address.
    private static func address(_ buffer: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 8)
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw database.error() }
    }
}
