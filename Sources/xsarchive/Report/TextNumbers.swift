import XenstoreArchive
import XenstoreStream

/// Numbers texts from 0 in the order in which they are added.
struct TextNumbers {
    private(set) var texts: [Octets] = []
    private var counts: [Int] = []
    private var numbers: [OctetsKey: Int32] = [:]

    mutating func number(of text: Octets) -> Int32 {
        let key = OctetsKey(text)
        if let number = numbers[key] {
            counts[Int(number)] += 1
            return number
        }
        let number = Int32(texts.count)
        numbers[key] = number
        texts.append(text)
        counts.append(1)
        return number
    }

    /// The texts, escaped (so none contains a line feed), the most frequent first, and the place of
    /// each by its number.
    var byFrequency: (texts: [String], places: [Int32]) {
        let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
        var places = Array(repeating: Int32(0), count: order.count)
        for (place, number) in order.enumerated() { places[number] = Int32(place) }
        return (order.map { Escape.printable(texts[$0]) }, places)
    }
}
