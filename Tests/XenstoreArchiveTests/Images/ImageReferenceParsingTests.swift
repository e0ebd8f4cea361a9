import Testing

@testable import XenstoreArchive

@Suite struct ImageReferenceParsingTests {
    @Test(arguments: [
        ("@1", ImageReference.id(1)), ("@0", .name("0")), ("@-1", .name("-1")), ("@latest", .latest(back: 0)),
        ("@latest~0", .latest(back: 0)), ("@latest~3", .latest(back: 3)), ("@late", .name("late")),
        ("@host7:latest", .colon("host7:latest")), ("@a:b", .colon("a:b")), ("@:", .colon(":")),
        ("@latest~1:x", .colon("latest~1:x")), ("@3:~1", .colon("3:~1")),
        ("@latest-2", .name("latest-2")), ("@", .name("")), ("@@x", .name("@x")),
    ])
    func referencesAreParsed(_ text: String, _ reference: ImageReference) throws {
        #expect(try ImageReference(text) == reference)
    }

    @Test(arguments: ["1", "latest", "a@1", "", "./@1"]) func otherTextsNameFiles(_ text: String) throws {
        #expect(try ImageReference(text) == nil)
    }

    @Test(arguments: ["@latest~", "@latest~x", "@latest~-1", "@latest~99999999999999999999"])
    func anAgeThatIsNotANumberIsRefused(_ text: String) {
        #expect { try ImageReference(text) } throws: { ($0 as? ArchiveError)?.code == .noSuchImage }
    }

    @Test func aReferenceIsWrittenAsItIsRead() throws {
        for reference in [ImageReference.id(7), .name("a b"), .colon("a:~1"), .latest(back: 0), .latest(back: 2)] {
            #expect(try ImageReference(reference.text) == reference)
        }
    }

    @Test func aNameThatWouldBeReadOtherwiseIsAmbiguous() throws {
        for name in ["1", "latest", "latest~1", "web01", "0"] {
            let isName = (try? ImageReference("@" + name)) == .name(name)
            #expect(ImageReference.isAmbiguous(name: name) || isName, "\(name)")
        }
        for name in ["x:latest", "x:latest~1", "x:~1", "a:b:~0", ":latest"] {
            #expect(ImageReference.isAmbiguous(name: name), "\(name)")
        }
        for name in ["x:y", "x:lates", "x:latest~", "x:~", "x:~-1", "latest:x", "12:00:00Z"] {
            #expect(!ImageReference.isAmbiguous(name: name), "\(name)")
        }
    }
}
