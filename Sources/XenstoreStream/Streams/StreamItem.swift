/// A record, or a damaged span in which none can be recognized.
public enum StreamItem: Sendable {
    case record(Record)
    case damage(Damage)

    /// Bytes from the start of the stream.
    public var offset: Int {
        switch self {
        case .record(let record): record.offset
        case .damage(let damage): damage.offset
        }
    }
}
