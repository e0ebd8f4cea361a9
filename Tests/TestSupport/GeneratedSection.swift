import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A part of a document that the program's own tables give: the lines between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
///
/// A test computes the text and compares. With RECORD_DOCS=1 it writes the text into the document, and fails all the same:
/// somebody must look at it first.
public struct GeneratedSection: Sendable {
    /// The document, from the repository's top folder on.
    public let document: String
    public let name: String

    /// One document may have several sections, and tests run side by side.
    private static let lock = Mutex(())

    public init(_ document: String, _ name: String) {
        self.document = document
        self.name = name
    }

    private var begin: String { "<!-- \(name): begin -->\n" }
    private var end: String { "<!-- \(name): end -->" }

    /// What is to be done where the section does not hold these lines; nil where it does.
    public func problem(with lines: [String]) -> String? {
        Self.lock.withLock { _ in compare(with: lines) }.map { "\(document), section \(name): \($0)" }
    }

    private func compare(with lines: [String]) -> String? {
        let path = Fixtures.root + "/" + document
        guard Files.exists(path) else { return "there is no such document" }
        let text = String(decoding: Files.read(path), as: UTF8.self)
        guard let (head, body, tail) = split(text) else {
            return "the lines '\(begin.dropLast())' and '\(end)' must be there once, in this order"
        }
        // Blank lines, so that every renderer sees a table.
        let wanted = "\n" + lines.map { $0 + "\n" }.joined() + "\n"
        guard body != wanted else { return nil }
        if getenv("RECORD_DOCS").map({ String(cString: $0) }) == "1" {
            Files.write(Array((head + wanted + tail).utf8), path)
            return "recorded, look at it and commit it"
        }
        return
            "it is not what the program has now: \(Self.difference(body, wanted)); 'RECORD_DOCS=1 make test' writes it anew"
    }

    /// The text before the section, in it, and behind it; nil where the markers are not there once each.
    private func split(_ text: String) -> (head: String, body: String, tail: String)? {
        guard let start = Self.onlyRange(of: begin, in: text), let stop = Self.onlyRange(of: end, in: text),
            start.upperBound <= stop.lowerBound
        else { return nil }
        return (
            String(text[..<start.upperBound]), String(text[start.upperBound..<stop.lowerBound]),
            String(text[stop.lowerBound...])
        )
    }

    private static func onlyRange(of part: String, in text: String) -> Range<String.Index>? {
        let ranges = text.ranges(of: part)
        return ranges.count == 1 ? ranges[0] : nil
    }

    private static func difference(_ old: String, _ new: String) -> String {
        let (old, new) = (lines(old), lines(new))
        let index =
            zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
        func line(_ lines: [String]) -> String { index < lines.count ? "'\(lines[index])'" : "nothing" }
        return "line \(index + 1) of the section is \(line(old)), and should be \(line(new))"
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

/// Tables as Markdown has them.
public enum MarkdownTable {
    public static func lines(_ columns: [String], _ rows: [[String]]) -> [String] {
        ([columns, columns.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    }

    /// Text for a cell: what Markdown would take for markup stays as it is.
    public static func text(_ text: String) -> String {
        var result = ""
        for character in text {
            if "|*<`\\".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }

    public static func code(_ text: String) -> String {
        "`" + text.map { $0 == "|" ? "\\|" : String($0) }.joined() + "`"
    }
}
