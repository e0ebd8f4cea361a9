/// What the name of a log's file says: which log it is of, and which of its files.
struct LogName: Equatable {
    /// The name without the directory and without what a rotation adds.
    let base: String
    /// The number that a rotation has added, the newest file having the lowest; nil: none.
    let rotation: Int64?
    let directory: String

    init(_ name: String) {
        let slash = name.lastIndex(of: "/")
        directory = slash.map { String(name[..<$0]) } ?? ""
        let file = slash.map { name[name.index(after: $0)...] } ?? name[...]
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex,
            let number = Int64(file[file.index(after: dot)...]), number >= 0, number < 1_000_000_000
        else {
            base = String(file)
            rotation = nil
            return
        }
        base = String(file[..<dot])
        rotation = number
    }

    /// Whether a file with the other name is the one that was written directly before.
    func follows(_ other: LogName) -> Bool {
        guard base == other.base, directory == other.directory, let older = other.rotation else { return false }
        return older == (rotation.map { $0 + 1 } ?? 1) || (rotation == nil && older == 0)
    }
}
