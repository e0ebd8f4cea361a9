/// A line-oriented form in which a state is written: how it begins, and how a record's line is
/// written.
///
/// A new dialect is a case of `Layout`, a file beside this one, and an entry in `TextDialects.all`.
/// If each of its lines stands for itself, it is a `LineDialect`.
package protocol TextDialect: Sendable {
    /// The layout by which an archive names the dialect.
    var layout: Layout { get }

    /// The bytes that every text begins with; empty if there are none. They are the text's first
    /// record.
    var head: [UInt8] { get }

    /// The line or lines for a record, with their newlines, as a daemon or tool writes them; empty
    /// if no line can express it.
    func line(of body: RecordBody) -> [UInt8]

    /// The bytes of a record after its secrets were replaced, and every byte that may be part of
    /// one.
    /// - Parameters:
    ///   - bytes: the record's bytes in the file.
    ///   - number: the record's, from 1.
    ///   - old: the record as it was read.
    ///   - new: the record with its secrets replaced.
    func redacted(_ bytes: Octets, number: Int, from old: RecordBody, to new: RecordBody) -> [UInt8]
}

extension TextDialect {
    /// Rewrites a line with a secret, and masks one that cannot be parsed.
    package func redacted(_ bytes: Octets, number: Int, from old: RecordBody, to new: RecordBody) -> [UInt8] {
        if case .opaque = old {
            let isHead = number == 1 && !head.isEmpty && bytes.starts(with: head.dropLast())
            return isHead ? Array(bytes) : bytes.map { $0 == ASCII.newline ? $0 : ASCII.x }
        }
        return new == old ? Array(bytes) : text(of: new)
    }

    /// The lines for a record; an unknown line is returned as it is.
    package func text(of body: RecordBody) -> [UInt8] {
        if case .opaque(let data) = body { Array(data.body) } else { line(of: body) }
    }
}
