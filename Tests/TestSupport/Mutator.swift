import XenstoreStream

/// Damages streams as files are damaged by accident, and as an attacker would damage them.
public struct Mutator {
    public var random: SeededGenerator

    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The kinds of damage.
    public enum Kind: String, CaseIterable, Sendable {
        case truncation, bitFlip, byteChange, lengthLie, splice, deletion, insertion, zeroedBlock, duplication, swap
    }

    /// A base stream for the seed: a generated one in any format, odd ones included.
    public mutating func base() throws -> (bytes: [UInt8], format: StreamFormat) {
        let format = StreamFormat.all[random.below(StreamFormat.all.count)]
        var generator = StreamGenerator(seed: random.next(), format: format, oddity: random.chance(30) ? 20 : 0)
        return (try generator.stream(connections: 1 + random.below(5), nodes: random.below(40)), format)
    }

    /// The stream with one to three kinds of damage.
    public mutating func mutate(_ bytes: [UInt8], _ byteOrder: ByteOrder) -> (bytes: [UInt8], kinds: [Kind]) {
        var bytes = bytes
        var kinds: [Kind] = []
        for _ in 0..<(1 + random.below(3)) {
            let kind = Kind.allCases[random.below(Kind.allCases.count)]
            kinds.append(kind)
            apply(kind, &bytes, byteOrder)
        }
        return (bytes, kinds)
    }

    private mutating func apply(_ kind: Kind, _ bytes: inout [UInt8], _ byteOrder: ByteOrder) {
        guard !bytes.isEmpty else { return }
        let place = random.below(bytes.count)
        let count = 1 + random.below(min(64, bytes.count - place))
        switch kind {
        case .truncation: bytes.removeLast(bytes.count - place)
        case .bitFlip: bytes[place] ^= 1 << UInt8(random.below(8))
        case .byteChange: bytes[place] = UInt8(random.below(256))
        case .lengthLie: lie(&bytes, byteOrder)
        case .splice: bytes.insert(contentsOf: bytes[place..<place + count], at: random.below(bytes.count))
        case .deletion: bytes.removeSubrange(place..<place + count)
        case .insertion: bytes.insert(contentsOf: (0..<count).map { _ in UInt8(random.below(256)) }, at: place)
        case .zeroedBlock: for index in place..<place + count { bytes[index] = 0 }
        case .duplication: bytes += bytes[place...]
        case .swap: bytes.swapAt(place, random.below(bytes.count))
        }
    }

    /// Changes the `len` of one record, or a length within it.
    private mutating func lie(_ bytes: inout [UInt8], _ byteOrder: ByteOrder) {
        var lengths: [Int] = []
        var offset = Header.size
        while offset + 8 <= bytes.count {
            lengths.append(offset + 4)
            // The lengths inside records are in these bytes, in one layout or another.
            lengths += [offset + 8 + 4, offset + 8 + 8, offset + 8 + 16, offset + 8 + 20].filter {
                $0 + 4 <= bytes.count
            }
            offset += 8 + (number(bytes, offset + 4, byteOrder) + 7) / 8 * 8
        }
        guard !lengths.isEmpty else { return }
        let place = lengths[random.below(lengths.count)]
        let old = number(bytes, place, byteOrder)
        let choices = [
            0, 1, old - 8, old + 8, old - 1, old + 1, old + 16, bytes.count, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFF8,
            0xFFFF_FFFF, random.below(1 << 20),
        ]
        let new = UInt32(truncatingIfNeeded: choices[random.below(choices.count)])
        for index in 0..<4 {
            bytes[place + index] = UInt8(truncatingIfNeeded: new >> UInt32(8 * (byteOrder == .big ? 3 - index : index)))
        }
    }

    private func number(_ bytes: [UInt8], _ offset: Int, _ byteOrder: ByteOrder) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * (byteOrder == .big ? 3 - $1 : $1)) }
    }
}
