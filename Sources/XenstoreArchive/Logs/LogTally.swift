/// How many events there are of one kind.
struct LogTally {
    /// What makes a kind; -1 is nothing, or not known.
    struct Key: Hashable {
        let domid, operation, outcome, path, detail: Int32
    }

    private(set) var count: Int64 = 0
    /// The index of the last one.
    private(set) var last: Int32 = 0

    mutating func add(_ index: Int32) {
        count += 1
        last = index
    }
}
