/// Text that is being written, for what is printed a million times: a piece is put into memory that
/// is already there.
///
/// An array finds out for each piece whether it is shared. A dump takes a third less time with
/// this.
@usableFromInline
package struct TextBuffer: ~Copyable {
    @usableFromInline var memory: UnsafeMutableRawBufferPointer
    @usableFromInline var count = 0

    @inlinable
    package init() {
        memory = .allocate(byteCount: 1 << 12, alignment: 8)
    }

    deinit {
        memory.deallocate()
    }

    /// Makes the text empty; its memory stays.
    @inlinable
    package mutating func removeAll() {
        count = 0
    }

    /// Calls `body` with the text so far.
    /// - Throws: what `body` throws.
    @inlinable
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    /// Makes room for so many more bytes. Every `put` does so first.
    @inlinable
    mutating func makeRoom(_ more: Int) {
        if memory.count - count < more { grow(more) }
    }

    @usableFromInline
    mutating func grow(_ more: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * memory.count + more, alignment: 8)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        memory.deallocate()
        memory = larger
    }

    @inlinable
    package mutating func put(_ byte: UInt8) {
        makeRoom(1)
        memory[count] = byte
        count += 1
    }

    @inlinable
    package mutating func put(_ bytes: UnsafeRawBufferPointer) {
        makeRoom(bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    @inlinable
    package mutating func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { put($0) }
    }

    @inlinable
    package mutating func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Puts a number in decimal digits, after spaces up to a width.
    @inlinable
    package mutating func put(_ number: Int, width: Int = 0) {
        if number < 0 { put(UInt8(ascii: "-")) }
        put(number.magnitude, width: width)
    }

    @inlinable
    mutating func put(_ number: UInt, width: Int) {
        // The longest number has 20 digits.
        makeRoom(max(20, width))
        var digits = 1
        var bound: UInt = 10
        while digits < 20 && number >= bound {
            digits += 1
            bound = digits < 20 ? bound &* 10 : bound
        }
        for _ in 0..<max(0, width - digits) {
            memory[count] = 0x20
            count += 1
        }
        var (rest, place) = (number, count + digits)
        // Two digits with one division: it is what takes the time.
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            place -= 2
            memory[place] = 0x30 + UInt8(truncatingIfNeeded: pair / 10)
            memory[place + 1] = 0x30 + UInt8(truncatingIfNeeded: pair % 10)
            rest = quotient
        }
        if rest >= 10 { memory[place - 2] = 0x30 + UInt8(truncatingIfNeeded: rest / 10) }
        memory[place - 1] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        count += digits
    }
}
