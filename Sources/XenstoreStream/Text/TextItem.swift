/// What the next line, or the lines that make one record, say.
package struct TextItem {
    /// What is said; a line that says nothing known is a record of its own.
    package let body: RecordBody
    /// The index after the last byte of the lines, newline included.
    package let end: Int
    /// Why the line says nothing known; nil if it does, or is as it should be.
    package let problem: String?
}
