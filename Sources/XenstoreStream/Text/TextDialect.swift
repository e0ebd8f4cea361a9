/// A line-oriented form in which a state is written: how it begins, what each line says, and how a record's line is written.
///
/// A new dialect is a case of `Layout`, a file beside this one, and an entry in `TextDialects.all`. A dialect is a value that reads
/// one text: it may keep what earlier lines said.
package protocol TextDialect: Sendable {
    /// The layout that stands for the dialect in an archive.
    var layout: Layout { get }

    /// Whether the dialect holds nodes alone, and maybe only a part of the tree.
    var isPartial: Bool { get }

    /// What every text begins with; empty if nothing marks it. It is the text's first record.
    var head: [UInt8] { get }

    /// Why a file that begins with `text` is of this dialect; nil if it is not.
    func recognizes(_ text: Octets) -> String?

    /// Reads the line, or the lines that make one record, at the start of `text`, which is not empty.
    /// - Parameter isFirst: whether it is the file's first line.
    mutating func read(_ text: Octets, isFirst: Bool) -> TextItem

    /// The line or lines that say what the record holds, with their newlines, as a daemon or tool writes them; empty if none can.
    func line(of body: RecordBody) -> [UInt8]
}

extension TextDialect {
    /// The lines of a record; those that say nothing known are kept as they are.
    package func text(of body: RecordBody) -> [UInt8] {
        if case .opaque(let data) = body { Array(data.body) } else { line(of: body) }
    }
}
