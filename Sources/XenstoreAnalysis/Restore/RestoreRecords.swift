/// The records of a stream, END left out, and which of them the daemon comes to. It only ever goes forward.
struct RestoreRecords {
    /// Ascending; a record's number is its place from 1 on.
    private let offsets: [Int]
    /// The index of the first record that the daemon may still come to.
    private var next = 0
    private var firstLost: Int?
    private var lostCount = 0

    init(offsets: [Int]) {
        self.offsets = offsets
    }

    /// The number of the record that begins at an offset; nil where none does.
    subscript(offset: Int) -> Int? {
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low < offsets.count && offsets[low] == offset ? low + 1 : nil
    }

    /// The daemon reads at `offset`; the records before it that it has not come to are lost.
    mutating func visit(_ offset: Int) {
        while next < offsets.count && offsets[next] < offset { lose() }
        if next < offsets.count && offsets[next] == offset { next += 1 }
    }

    /// Where the first of the lost records begins, and how many they are, when the daemon has read all it reads; nil: none.
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
