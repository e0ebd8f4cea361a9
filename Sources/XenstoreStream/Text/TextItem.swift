/// What was read from the next line, or from the lines that make one record.
package struct TextItem {
    /// The record; an unknown line is a record with its bytes.
    package let body: RecordBody
    /// The index after the last byte of the lines, newline included.
    package let end: Int
    /// Why the line is unknown; nil if it is known or as it should be.
    package let problem: String?
}
