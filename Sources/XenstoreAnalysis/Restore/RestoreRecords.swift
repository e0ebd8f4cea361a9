/// The records of a stream, without END, and which of them the daemon reaches. The daemon only
/// moves forward.
struct RestoreRecords {
    /// Ascending; a record's number is its index plus 1.
    private let offsets: [Int]
    /// The index of the first record that the daemon may still reach.
    private var next = 0
    private var firstLost: Int?
    private var lostCount = 0

    init(offsets: [Int]) {
        self.offsets = offsets
    }

    /// The number of the record that begins at an offset; nil if none does.
    subscript(offset: Int) -> Int? {
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low < offsets.count && offsets[low] == offset ? low + 1 : nil
    }

    /// Records that the daemon reads at `offset`; records before it that were not reached are lost.
    mutating func visit(_ offset: Int) {
        while next < offsets.count && offsets[next] < offset { lose() }
        if next < offsets.count && offsets[next] == offset { next += 1 }
    }

    /// Where the first lost record begins, and the number of lost records, after the daemon's last
    /// read; nil if none is lost.
    mutating func lost() -> (first: Int, count: Int)? {
        while next < offsets.count { lose() }
        return firstLost.map { ($0, lostCount) }
    }

    private mutating func lose() {
        if firstLost == nil { firstLost = offsets[next] }
        lostCount += 1
        next += 1
    }
}
