/// The order keys of a chain's records: sparse numbers, so that new records fit between others
/// without renumbering.
struct OrderKeys {
    /// The first keys of a chain are between 0 and this limit, and take four bytes in the file. The
    /// keys of an image in another order may go beyond it.
    let limit: Int64

    static let standard = OrderKeys(limit: 1 << 31 - 1)

    /// The keys of the first image of a chain: evenly spaced, with room after the last.
    func initial(count: Int) -> [Int64] {
        let gap = gap(for: count)
        return (0..<Int64(count)).map { ($0 + 1) * gap }
    }

    /// The distance between `count` evenly spaced keys, at least 1, at most 2^20.
    func gap(for count: Int) -> Int64 {
        min(max(1, limit / (Int64(count) + 1)), 1 << 20)
    }

    /// The keys of an image whose record n is at `matches[n]` in the image before (-1: it is new).
    ///
    /// A kept record keeps its key. New ones take the keys of the records removed at the same
    /// place. If there are more, they go between, close to the left, as records are often added at
    /// the same places.
    /// - Returns: nil if a place has no room left; then renumber the chain.
    func keys(old: [Int64], matches: [Int]) -> [Int64]? {
        var keys: [Int64] = []
        keys.reserveCapacity(matches.count)
        var nextOld = 0
        var index = 0
        while index < matches.count {
            if matches[index] >= 0 {
                keys.append(old[matches[index]])
                nextOld = matches[index] + 1
                index += 1
                continue
            }
            var end = index
            while end < matches.count && matches[end] < 0 { end += 1 }
            let oldEnd = end < matches.count ? matches[end] : old.count
            let upper = end < matches.count ? old[oldEnd] : max(limit, (old.last ?? 0) + 1)
            guard
                let added = place(
                    end - index, freed: old[nextOld..<oldEnd], between: keys.last ?? 0, and: upper)
            else { return nil }
            keys.append(contentsOf: added)
            index = end
        }
        return keys
    }

    /// `count` rising keys between `lower` and `upper`, both excluded, with the freed ones first.
    private func place(_ count: Int, freed: ArraySlice<Int64>, between lower: Int64, and upper: Int64) -> [Int64]? {
        var keys = Array(freed.prefix(count))
        let missing = Int64(count - keys.count)
        if missing == 0 { return keys }
        let last = keys.last ?? lower
        let room = upper - last - 1
        if room >= missing {
            let step = max(1, min(room / (missing + 1), Int64((Double(room) / Double(missing)).squareRoot())))
            keys.append(contentsOf: (1...missing).map { last + $0 * step })
            return keys
        }
        // The freed keys leave no room after them: spread all keys evenly.
        guard upper - lower - 1 >= Int64(count) else { return nil }
        let step = (upper - lower) / Int64(count + 1)
        return (1...Int64(count)).map { lower + $0 * max(1, step) }
    }
}
