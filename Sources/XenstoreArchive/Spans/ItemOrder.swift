/// The order of a stream's items if it is not that of their keys: an image with the records of the
/// one before in another order costs only this list, not a second copy of its records.
enum ItemOrder {
    /// The list in the form of the column `stream.item_order`. For each item: the difference
    /// between its place and the place after the previous item, zigzag-coded in groups of 7 bits,
    /// the lowest first.
    static func encode(_ places: [Int]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * places.count)
        var expected = 0
        for place in places {
            let difference = place - expected
            var rest = UInt64(bitPattern: Int64((difference << 1) ^ (difference >> 63)))
            while rest > 0x7F {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: rest))
            expected = place + 1
        }
        return bytes
    }

    /// The places; nil if the bytes are not an order of `count` items.
    static func decode<Bytes: Sequence<UInt8>>(_ bytes: Bytes, count: Int) -> [Int]? {
        var places: [Int] = []
        var seen = Array(repeating: false, count: count)
        var (rest, shift) = (UInt64(0), UInt64(0))
        var expected = 0
        for byte in bytes {
            guard shift < 63 else { return nil }
            rest |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 != 0 { continue }
            let difference = Int(truncatingIfNeeded: rest >> 1) ^ -Int(truncatingIfNeeded: rest & 1)
            let (place, overflow) = expected.addingReportingOverflow(difference)
            guard !overflow, seen.indices.contains(place), !seen[place] else { return nil }
            seen[place] = true
            places.append(place)
            expected = place + 1
            (rest, shift) = (0, 0)
        }
        return places.count == count && shift == 0 ? places : nil
    }
}
