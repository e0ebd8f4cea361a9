/// A run of bytes in a log: a path, a value, or what else follows the operation.
package struct LogText: Equatable, Sendable {
    /// Where in the bytes of the log it is.
    package var range: Range<Int>
    /// Whether it has escapes of OCaml to decode.
    package var isEscaped: Bool

    package init(range: Range<Int>, isEscaped: Bool = false) {
        self.range = range
        self.isEscaped = isEscaped
    }

    /// The bytes before oxenstored escaped them. An escape that is cut off at the end is left out;
    /// a text with an escape that oxenstored does not write is as it is.
    package func decoded(in bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let raw = Array(bytes[range])
        guard isEscaped else { return raw }
        for missing in 0...3 where missing <= raw.count {
            if missing > 0 && !raw.suffix(missing).contains(ASCII.backslash) { continue }
            if let result = OCamlEscape.read(raw.dropLast(missing)[...]) { return result }
        }
        return raw
    }
}
