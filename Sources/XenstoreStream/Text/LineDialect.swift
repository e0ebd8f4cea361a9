/// A dialect whose lines are read one after another.
///
/// A value of a dialect reads one text, so it may remember earlier lines.
package protocol LineDialect: TextDialect {
    /// Why a file that begins with `text` is of this dialect; nil if it is not.
    func recognizes(_ text: Octets) -> String?

    /// Looks at the whole file before its pieces are read.
    /// - Parameter salvaging: whether a damaged file is read as far as possible, and what was
    ///   deleted is read, too.
    /// - Throws: `StreamError` if the file is damaged and not to be salvaged.
    mutating func begin(_ text: [UInt8], salvaging: Bool) throws(StreamError)

    /// Whether the file that was begun is damaged or cut off, so that it does not cover what is not
    /// in it.
    var isDamaged: Bool { get }

    /// Whether the file that was begun holds deleted nodes, which are read only by salvaging.
    var hasFormerNodes: Bool { get }

    /// Reads the line, or the lines that make one record, at the start of `text`, which is not
    /// empty.
    /// - Parameter isFirst: whether it is the file's first line.
    mutating func read(_ text: Octets, isFirst: Bool) -> TextItem
}

extension LineDialect {
    /// Most dialects are read line by line, whatever comes later.
    package func begin(_ text: [UInt8], salvaging: Bool) throws(StreamError) {}

    package var isDamaged: Bool { false }

    package var hasFormerNodes: Bool { false }
}
