/// What a record's `len` counts.
public enum LengthRule: String, CaseIterable, Sendable {
    /// The body alone, as the document says.
    case body
    /// The body and its padding, as every released C daemon writes it: always a multiple of 8.
    case padded
}
