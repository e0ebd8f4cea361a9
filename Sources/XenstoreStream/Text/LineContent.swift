/// What a line tells.
enum LineContent {
    case record(RecordBody)
    /// Nothing, as it should be.
    case verbatim
    /// Nothing, and why.
    case unknown(String)
}
