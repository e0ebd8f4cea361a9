/// Numbers in decimal digits, appended without a String for each.
package enum Decimal {
    package static func append(_ number: some BinaryInteger, to text: inout [UInt8]) {
        if number < 0 { text.append(UInt8(ascii: "-")) }
        append(UInt64(number.magnitude), width: 0, to: &text)
    }

    /// Appends the digits, after spaces up to a width.
    package static func append(_ number: UInt64, width: Int, to text: inout [UInt8]) {
        // The longest number has 20 digits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            repeat {
                start -= 1
                digits[start] = 0x30 + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if width > 20 - start { text.append(contentsOf: repeatElement(0x20, count: width - (20 - start))) }
            text.append(contentsOf: digits[start...])
        }
    }
}
