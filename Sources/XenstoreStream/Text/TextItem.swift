/// What was read from the next line, or from the lines or bytes that make one record.
package struct TextItem {
    /// The record; for an unknown line, a record with the bytes of the line.
    package let body: RecordBody
    /// The index after the last byte of the lines, newline included.
    package let end: Int
    /// Why the line is unknown; nil if it is known or as it should be.
    package let problem: String?
    /// Whether the fields never give the bytes, so that it is not odd to keep them.
    package var isVerbatim = false
    /// What else is odd about the bytes.
    package var remarks: [Remark] = []

    /// Something odd about the bytes of one record.
    package struct Remark {
        let oddity: TextOddity
        /// Bytes from the start of the record's bytes.
        var byte = 0
        let message: String
    }
}
