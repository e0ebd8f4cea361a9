import TestSupport
import Testing
import XenstoreStream

@Suite struct TextBufferTests {
    private func text(_ put: (inout TextBuffer) -> Void) -> String {
        var text = TextBuffer()
        put(&text)
        return text.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aNumberHasItsDigitsAfterSpacesUpToItsWidth() {
        var random = SeededGenerator(seed: 1)
        var numbers = [0, 9, 10, 99, 100, 999, 1000, .max, .min, -1, -10]
        for bits in 1..<64 { numbers.append(Int(truncatingIfNeeded: random.next() >> UInt64(bits))) }
        for number in numbers {
            #expect(text { $0.put(number) } == String(number))
            guard number >= 0 else { continue }
            for width in [0, 1, 5, 20, 30] {
                let padding = String(repeating: " ", count: max(0, width - String(number).count))
                #expect(text { $0.put(number, width: width) } == padding + String(number))
            }
        }
    }

    @Test func aTextGrowsAndIsEmptyAfterItIsMadeSo() {
        let line = [UInt8](repeating: 0x61, count: 3000)
        let long = text { text in
            for _ in 0..<10 { text.put(line) }
            text.put("end")
        }
        #expect(long == String(repeating: "a", count: 30000) + "end")
        let short = text { text in
            text.put(line)
            text.removeAll()
            text.put(UInt8(ascii: "x"))
        }
        #expect(short == "x")
    }

    /// The check of eight bytes at a time, byte by byte.
    @Test func bytesArePlainIfEachOfThemIs() {
        func isRight(_ bytes: [UInt8]) -> Bool {
            Escape.isPlain(bytes[...])
                == bytes.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }
        }
        for byte in UInt8.min...UInt8.max {
            let wrong = (1..<20).flatMap { count in
                (0..<count).filter { place in
                    var bytes = [UInt8](repeating: 0x61, count: count)
                    bytes[place] = byte
                    return !isRight(bytes)
                }
            }
            #expect(wrong.isEmpty, "byte \(byte)")
        }
        var random = SeededGenerator(seed: 2)
        for number in 0..<500 {
            let bytes = (0..<random.below(40)).map { _ in UInt8(random.below(random.chance(50) ? 128 : 256)) }
            #expect(isRight(bytes), "sequence \(number)")
        }
        #expect(isRight([]))
    }
}
