/// The part of a text that holds one listing, and what stands before it. The parts of a text cover
/// it.
public struct ListingPart: Sendable {
    /// From 1.
    public let number: Int
    /// The bytes of the text.
    public let range: Range<Int>
    /// The line of the listing's first node, from 1.
    public let line: Int
    /// The command above the listing; nil if there is none.
    public let command: String?
    /// The layout of the listing.
    public let layout: Layout
    /// Why it has this layout, as a clause.
    let reason: String

    /// The listings in the bytes of a file; empty if it is no text, or has none.
    public static func all(in bytes: [UInt8]) -> [ListingPart] {
        guard !Header.begins(bytes), ListingText.mayBeText(bytes), TextDialects.recognize(bytes[...]) == nil else {
            return []
        }
        let text = ListingText(bytes)
        if text.isDiff { return [] }
        let blocks = text.certain
        var parts: [ListingPart] = []
        for (index, block) in blocks.enumerated() {
            guard let first = block.entries.first else { continue }
            let end = index + 1 == blocks.count ? bytes.count : text.source.lines[block.end - 1].range.upperBound
            parts.append(
                ListingPart(
                    number: index + 1, range: (parts.last?.range.upperBound ?? 0)..<end,
                    line: first.lines.lowerBound + 1,
                    command: block.command?.text, layout: block.form.layout, reason: block.form.reason))
        }
        return parts
    }
}

extension ListingPart: CustomStringConvertible {
    /// Its number, and the command or the line.
    public var description: String {
        "#\(number) " + (command.map { "(\(Escape.short(Octets($0.utf8))))" } ?? "(from line \(line) on)")
    }
}
