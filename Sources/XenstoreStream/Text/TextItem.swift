/// What was read from the next line, or from the lines that make one record.
package struct TextItem {
    /// The record; for an unknown line, a record with the bytes of the line.
    package let body: RecordBody
    /// The index after the last byte of the lines, newline included.
    package let end: Int
    /// Why the line is unknown; nil if it is known or as it should be.
    package let problem: String?
}
