import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A part of a document that is generated from the program's tables: the lines between
/// `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
///
/// A test computes the text and compares it. With RECORD_DOCS=1, it writes the text into the
/// document and still fails: a person must look at it first.
public struct GeneratedSection: Sendable {
    /// The document's path from the repository's top directory.
    public let document: String
    public let name: String

    /// One document may have several sections, and tests run concurrently.
    private static let lock = Mutex(())

    public init(_ document: String, _ name: String) {
        self.document = document
        self.name = name
    }

    private var begin: String { "<!-- \(name): begin -->\n" }
    private var end: String { "<!-- \(name): end -->" }

    /// What to do if the section does not contain these lines; nil if it does.
    public func problem(with lines: [String]) -> String? {
        Self.lock.withLock { _ in compare(with: lines) }.map { "\(document), section \(name): \($0)" }
    }

    private func compare(with lines: [String]) -> String? {
        let path = Fixtures.root + "/" + document
        guard Files.exists(path) else { return "the document does not exist" }
        let text = String(decoding: Files.read(path), as: UTF8.self)
        guard let (head, body, tail) = split(text) else {
            return "the lines '\(begin.dropLast())' and '\(end)' must be there once each, in this order"
        }
        // With blank lines around it, every renderer sees a table.
        let wanted = "\n" + lines.map { $0 + "\n" }.joined() + "\n"
        guard body != wanted else { return nil }
        if getenv("RECORD_DOCS").map({ String(cString: $0) }) == "1" {
            Files.write(Array((head + wanted + tail).utf8), path)
            return "recorded; look at it and commit it"
        }
        return "it differs from the program: \(Self.difference(body, wanted)); "
            + "'RECORD_DOCS=1 make test' writes it again"
    }

    /// The text before the section, in it, and after it; nil unless each marker is there once.
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
        return "line \(index + 1) of the section is \(line(old)) and should be \(line(new))"
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

/// Tables in Markdown.
public enum MarkdownTable {
    public static func lines(_ columns: [String], _ rows: [[String]]) -> [String] {
        ([columns, columns.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    }

    /// Text for a cell, escaped so that Markdown shows it as it is.
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
