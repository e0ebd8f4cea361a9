/// What a record's `len` counts.
public enum LengthRule: String, CaseIterable, Sendable {
    /// Only the body, as the document says.
    case body
    /// The body and its padding, as every released C daemon writes it: always a multiple of 8.
    case padded

    /// The `len` of a clean record whose fields take `count` bytes; nil if it exceeds 32 bits.
    func length(ofFields count: Int) -> UInt32? {
        switch self {
        case .body: UInt32(exactly: count)
        case .padded: Padding.padded(count).flatMap { UInt32(exactly: $0) }
        }
    }
}
