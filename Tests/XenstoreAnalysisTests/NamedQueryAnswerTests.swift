import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What holds for the answers of all queries.
@Suite struct NamedQueryAnswerTests {
    @Test(arguments: NamedQuery.all.filter { $0.header.severity != .none }.map(\.name))
    func aHealthyHostIsNotAccused(_ name: String) throws {
        try findsNothing(name)
    }

    @Test(arguments: NamedQuery.all.filter(\.isAboutWhatIsMissing).map(\.name))
    func aPartOfAHostIsNotAccusedOfWhatIsElsewhere(_ name: String) throws {
        try findsNothing(name, Host.part)
        // The same records in a whole host are found.
        #expect(try !QueryAnswers().rows(name, [Host.guest(1, 0)] + Host.part).isEmpty, "\(name)")
        let answers = try QueryAnswers()
        let query = try NamedQuery.named(name)
        let part = try #require(Int64(try answers.store(Host.part)))
        let whole = try #require(Int64(try answers.store(Host.healthy)))
        #expect(try query.inapplicability(answers.archive, imageID: part)?.hasPrefix("not applicable: ") == true)
        #expect(try query.inapplicability(answers.archive, imageID: whole) == nil)
    }

    /// Each query has a test in which it finds something, and one in which it finds nothing.
    @Test func everyQueryHasBothKindsOfTests() {
        let folder = Fixtures.root + "/Tests/XenstoreAnalysisTests"
        let sources = Files.list(folder).filter { $0.hasSuffix("QueryTests.swift") }.map {
            String(decoding: Files.read(folder + "/" + $0), as: UTF8.self).filter { !$0.isWhitespace }
        }
        #expect(sources.count >= 6)
        for query in NamedQuery.all {
            #expect(
                sources.contains { $0.contains("finds(\"\(query.name)\",") },
                "no test in which \(query.name) finds something")
            #expect(
                sources.contains { $0.contains("findsNothing(\"\(query.name)\"") },
                "no test in which \(query.name) finds nothing")
        }
    }
}

extension NamedQuery {
    /// Whether it names what an image of a part of a host may only lack.
    fileprivate var isAboutWhatIsMissing: Bool {
        header.needs.contains(.wholeHost) || header.needs.contains(.coveredNodes)
    }
}
