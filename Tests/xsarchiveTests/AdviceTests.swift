import Testing
import XenstoreArchive
import XenstoreStream

@testable import xsarchive

/// The libraries say what is wrong; the program adds what its user can do.
@Suite struct AdviceTests {
    @Test func aSuggestionGoesBeforeTheAdviceOfTheCode() {
        let plain = ArchiveError(.noSuchImage, "a.db: no image @x")
        #expect(Advice.line(plain) == "a.db: no image @x; 'xsarchive images --all' lists the images")
        let near = ArchiveError(.noSuchImage, "a.db: no image @x", suggestion: "did you mean @y?")
        #expect(Advice.line(near) == "a.db: no image @x; did you mean @y?")
    }

    @Test func anErrorWithoutAdviceIsItsMessage() {
        #expect(Advice.line(ArchiveError(.damaged, "a.db: damaged")) == "a.db: damaged")
    }

    @Test func noAdviceNamesACommandThatThereIsNot() {
        let commands = Set(XSArchive.commandNames)
        for code in ArchiveError.Code.allCases {
            for match in Advice.line(ArchiveError(code, "x")).matches(of: /'xsarchive (\w+)/) {
                #expect(commands.contains(String(match.output.1)), "\(code)")
            }
        }
    }

    @Test func aFindingThatAdvisesItselfIsNotAdvisedTwice() {
        func advice(_ message: String) -> String? {
            Advice.of(
                Finding(
                    rule: Rule.recordsBehindEnd.rawValue, severity: .error, record: nil, offset: nil, message: message,
                    expected: ""))
        }
        #expect(advice("8 bytes after END, with records among them") != nil)
        #expect(advice("8 bytes behind END; import the file with --salvage to have them") == nil)
    }

    @Test func everyStreamErrorHasAdvice() {
        for code in StreamError.Code.allCases {
            let line = Advice.line(StreamError(code, offset: 8, reason: "wrong"))
            #expect(line.hasPrefix("offset 8: wrong; ") && line.count > "offset 8: wrong; ".count, "\(code)")
        }
    }
}
