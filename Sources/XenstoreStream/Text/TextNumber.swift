/// Decimal numbers of a text.
enum TextNumber {
    /// The number, with or without a sign; nil if the bytes are not a number or it does not fit the
    /// type.
    static func read<Number: FixedWidthInteger>(_ digits: Octets, as type: Number.Type) -> Number? {
        guard digits.count <= 32 else { return nil }
        return Number(String(decoding: digits, as: UTF8.self))
    }
}
