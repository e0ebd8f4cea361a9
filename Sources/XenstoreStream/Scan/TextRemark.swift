/// Something odd about the line of a record of a text.
struct TextRemark: Sendable {
    let rule: Rule
    /// From 1.
    let record: Int
    /// Bytes from the start of the line.
    var byte = 0
    let message: String
}
