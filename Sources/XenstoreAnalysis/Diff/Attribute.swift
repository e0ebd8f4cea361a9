import XenstoreStream

/// A named value of an item in an image.
public struct Attribute: Equatable, Sendable {
    /// The column's name in the archive's views.
    public let name: String
    /// The value, as the image has it.
    public let value: Value

    /// The value of an attribute.
    public enum Value: Hashable, Sendable {
        case none
        case integer(Int64)
        case unsigned(UInt64)
        case text(String)
        /// Bytes from the image that are usually text.
        case octets(Octets)
        /// Bytes of a buffer or a body, never text.
        case data(Octets)
    }

    init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    init<Number: BinaryInteger>(_ name: String, _ value: Number) {
        self.init(name, Number.isSigned ? .integer(Int64(value)) : .unsigned(UInt64(value)))
    }
}
