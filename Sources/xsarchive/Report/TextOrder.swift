/// The order of texts in a page: those that it has most often first, so that these have the short
/// numbers.
struct TextOrder {
    /// The numbers of the texts that occur, in order.
    let numbers: [Int32]
    /// The place of each text in `numbers`, by its number.
    let places: [Int32]

    /// - Parameters:
    ///   - columns: numbers of texts, or negative numbers, which name none.
    ///   - count: one more than the highest number.
    init(_ columns: [[Int32]], count: Int) {
        var counts = Array(repeating: 0, count: count)
        for column in columns {
            for number in column where number >= 0 { counts[Int(number)] += 1 }
        }
        let used = counts.indices.filter { counts[$0] > 0 }
        numbers = used.sorted { (counts[$1], $0) < (counts[$0], $1) }.map { Int32(truncatingIfNeeded: $0) }
        var places = Array(repeating: Int32(-1), count: count)
        for (place, number) in numbers.enumerated() { places[Int(number)] = Int32(truncatingIfNeeded: place) }
        self.places = places
    }
}
