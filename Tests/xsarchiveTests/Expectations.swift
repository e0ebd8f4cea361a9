import Foundation
import TestSupport
import Testing

/// Words that reveal an internal error in a message.
private let leaks = [
    "Swift", "Fatal", "fatal error", "Error(", "Optional(", "StreamError", "ArchiveError", "0x0000", "nil",
]

/// The command succeeded, and reported nothing.
func expectDone(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(outcome.ending == .exit(0), "\(outcome.errorText)", sourceLocation: sourceLocation)
    #expect(outcome.errorText == "", sourceLocation: sourceLocation)
}

/// The command failed with exactly this line on standard error and nothing on standard output.
func expectFailure(
    _ outcome: Outcome, _ status: Int32, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.ending == .exit(status), "\(outcome.errorText)", sourceLocation: sourceLocation)
    #expect(outcome.errorText == "xsarchive: \(message)\n", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
}

/// The command failed with one line on standard error that has all `parts`, and nothing on standard
/// output.
func expectFailure(
    _ outcome: Outcome, _ status: Int32, containing parts: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.ending == .exit(status), "\(outcome.errorText)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errorText)", sourceLocation: sourceLocation)
    for line in outcome.errorLines { expectMessage(line, containing: parts, sourceLocation: sourceLocation) }
}

/// One line of standard error is a message for people.
func expectMessage(_ line: String, containing parts: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(line.hasPrefix("xsarchive: "), "\(line)", sourceLocation: sourceLocation)
    for part in parts { #expect(line.contains(part), "\(part) is not in: \(line)", sourceLocation: sourceLocation) }
    for leak in leaks { #expect(!line.contains(leak), "\(line)", sourceLocation: sourceLocation) }
}

/// The command line was refused, in one line.
func expectUsage(_ outcome: Outcome, _ part: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(outcome.ending == .exit(64), "\(outcome.errorText)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errorText)", sourceLocation: sourceLocation)
    for line in outcome.errorLines {
        expectMessage(line, containing: [part, "xsarchive help"], sourceLocation: sourceLocation)
    }
}

/// Two images or files are the same. `#expect` would work out and print the difference of a hundred
/// thousand bytes.
func expectBytes(
    _ actual: [UInt8], _ expected: [UInt8], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual != expected else { return }
    let offset = zip(actual, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let place = offset ?? min(actual.count, expected.count)
    Issue.record(
        "\(what) \(actual.count) bytes differ from the \(expected.count) expected ones at byte \(place)",
        sourceLocation: sourceLocation)
}

/// Text from other programs, read as JSON by a parser that is not ours.
enum JSONText {
    static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    static func array(_ text: String) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]], "\(text)")
    }

    /// One object per line.
    static func lines(_ outcome: Outcome) throws -> [[String: Any]] {
        try outcome.lines.map(object)
    }
}
