/// A line-oriented form in which a state is written: how it begins, what each line means, and how a
/// record's line is written.
///
/// A new dialect is a case of `Layout`, a file beside this one, and an entry in `TextDialects.all`.
/// A value of a dialect reads one text, so it may remember earlier lines.
package protocol TextDialect: Sendable {
    /// The layout by which an archive names the dialect.
    var layout: Layout { get }

    /// Whether a text of the dialect has only nodes, possibly of only a part of the tree.
    var isPartial: Bool { get }

    /// The bytes that every text begins with; empty if there are none. They are the text's first
    /// record.
    var head: [UInt8] { get }

    /// Why a file that begins with `text` is of this dialect; nil if it is not.
    func recognizes(_ text: Octets) -> String?

    /// Reads the line, or the lines that make one record, at the start of `text`, which is not
    /// empty.
    /// - Parameter isFirst: whether it is the file's first line.
    mutating func read(_ text: Octets, isFirst: Bool) -> TextItem

    /// The line or lines for a record, with their newlines, as a daemon or tool writes them; empty
    /// if no line can express it.
    func line(of body: RecordBody) -> [UInt8]
}

extension TextDialect {
    /// The lines for a record; an unknown line is returned as it is.
    package func text(of body: RecordBody) -> [UInt8] {
        if case .opaque(let data) = body { Array(data.body) } else { line(of: body) }
    }
}
