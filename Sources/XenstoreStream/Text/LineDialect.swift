/// A dialect whose lines are read one after another.
///
/// A value of a dialect reads one text, so it may remember earlier lines.
package protocol LineDialect: TextDialect {
    /// Why a file that begins with `text` is of this dialect; nil if it is not.
    func recognizes(_ text: Octets) -> String?

    /// Reads the line, or the lines that make one record, at the start of `text`, which is not
    /// empty.
    /// - Parameter isFirst: whether it is the file's first line.
    mutating func read(_ text: Octets, isFirst: Bool) -> TextItem
}
