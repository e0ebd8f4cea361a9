import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// The sentences of findings that queries make.
@Suite struct FindingSentenceTests {
    private let row = FindingSentence([
        ("domid", .integer(3)), ("socket_fd", .null), ("path", .text(Octets("/a\n".utf8))),
        ("what", .text(Octets("a home".utf8))), ("domids", .text(Octets("1 2 3".utf8))),
    ])

    @Test func everyQueryOfCheckHasASentenceOfItsColumns() {
        for query in NamedQuery.rules {
            let columns = FindingSentence.columns(of: query.header.sentence)
            #expect(!columns.isEmpty, "\(query.name) has no sentence")
            #expect(columns.allSatisfy(query.columns.contains), "\(query.name): \(columns)")
            #expect(query.header.subject.allSatisfy { $0 == "access" || columns.contains($0) }, "\(query.name)")
        }
    }

    @Test func valuesAreQuotedAndWordsAreNot() {
        #expect(row.text("domain {domid} has [what] at {path}") == "domain 3 has a home at \"/a\\n\"")
        #expect(row.text("[domids] share it") == "1, 2 and 3 share it")
        #expect(row.text("socket {socket_fd}") == "socket none")
    }

    @Test func theFirstPartWithAllValuesIsTaken() {
        #expect(row.text("<socket {socket_fd}|domain {domid}|a connection> reads") == "domain 3 reads")
        #expect(row.text("<socket {socket_fd}|a connection> reads< {socket_fd}>") == "a connection reads")
        #expect(row.text("domain {domid}< at {path}>") == "domain 3 at \"/a\\n\"")
    }

    /// What a guest wrote cannot end the value or begin another part of the sentence.
    @Test func aValueIsNotReadAsAPartOfTheSentence() {
        let row = FindingSentence([("path", .text(Octets("/{domid}<[x]|\"".utf8)))])
        #expect(row.text("at {path}.") == "at \"/{domid}<[x]|\\\"\".")
        #expect(row.text("<at {path}>.") == "at \"/{domid}<[x]|\\\"\".")
    }
}
