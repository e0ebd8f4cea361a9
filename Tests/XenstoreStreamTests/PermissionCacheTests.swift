import Testing
import XenstoreStream

@Suite struct PermissionCacheTests {
    private let cache = PermissionCache<Int>()

    /// What the cache has for a list, and whether it was made now.
    private func look(_ bytes: [UInt8], making value: Int) -> (value: Int, isMade: Bool) {
        var isMade = false
        let found = bytes.withUnsafeBytes { bytes in
            cache.value(of: bytes) {
                isMade = true
                return value
            }
        }
        return (found, isMade)
    }

    @Test func aListIsMadeOnce() {
        #expect(look([1, 2, 3, 4], making: 7) == (7, true))
        #expect(look([1, 2, 3, 4], making: 8) == (7, false))
        #expect(look([5, 6, 7, 8], making: 9) == (9, true))
        #expect(look([1, 2, 3, 4], making: 10) == (7, false))
    }

    @Test func theEmptyListIsAListToo() {
        #expect(look([], making: 1) == (1, true))
        #expect(look([], making: 2) == (1, false))
    }

    @Test func aListThatIsTheBeginningOfAnotherIsAnother() {
        #expect(look([1, 2, 3, 4, 5, 6, 7, 8], making: 1) == (1, true))
        #expect(look([1, 2, 3, 4], making: 2) == (2, true))
    }

    @Test func manyListsAreForgottenAndMadeAgain() {
        for number in 0..<UInt32(10_000) {
            let bytes = withUnsafeBytes(of: number) { Array($0) }
            #expect(look(bytes, making: Int(number)).value == Int(number))
        }
        #expect(look([0, 0, 0, 0], making: 5) == (5, true))
    }

    /// A hostile image has any number of long lists: only the last one is kept.
    @Test func aLongListIsKeptUntilTheNextOne() {
        let long = [UInt8](repeating: 1, count: 1028)
        #expect(look(long, making: 1) == (1, true))
        #expect(look(long, making: 2) == (1, false))
        #expect(look([1, 2, 3, 4], making: 3) == (3, true))
        #expect(look(long, making: 4) == (4, true))
    }

    @Test func aFailureIsNotRemembered() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try [UInt8]([1, 2, 3, 4]).withUnsafeBytes { try cache.value(of: $0) { throw Failure() } }
        }
        #expect(look([1, 2, 3, 4], making: 3) == (3, true))
    }

    @Test(arguments: ByteOrder.allCases) func bytesAndListsAreEachOthersInverse(_ order: ByteOrder) {
        let list = [Permission(perm: 0x6E, domid: 0x1234), Permission(perm: 0x72, flags: 1, domid: 5)]
        let bytes = Permission.bytes(of: list, order)
        #expect(bytes.count == 8)
        #expect(bytes.withUnsafeBytes { Permission.list($0, order) } == list)
        #expect(bytes[2...3].elementsEqual(order == .big ? [0x12, 0x34] : [0x34, 0x12]))
    }
}
