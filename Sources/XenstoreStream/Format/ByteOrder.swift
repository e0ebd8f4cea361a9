/// The byte order of everything behind the header.
public enum ByteOrder: String, CaseIterable, Sendable {
    case little, big
}
