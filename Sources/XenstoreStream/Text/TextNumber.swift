/// Decimal numbers of a text.
enum TextNumber {
    /// The number that the digits say, with a sign before them or not; nil where they are none, or say more than the type holds.
    static func read<Number: FixedWidthInteger>(_ digits: Octets, as type: Number.Type) -> Number? {
        guard digits.count <= 32 else { return nil }
        return Number(String(decoding: digits, as: UTF8.self))
    }
}
