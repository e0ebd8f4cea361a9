import Testing
import XenstoreStream

@Suite struct PathTests {
    private func octets(_ text: String) -> Octets {
        Octets(text.utf8)
    }

    @Test(arguments: [
        ("/", nil), ("/a", "/"), ("/a/b", "/a"), ("/a//b", "/a/"), ("a/b", nil), ("@releaseDomain", nil), ("", nil),
        ("//", "/"),
    ])
    func theParentIsWhatComesBeforeTheLastSlash(_ path: String, _ parent: String?) {
        #expect(Path.parent(of: octets(path)) == parent.map(octets))
    }

    @Test func aChildIsWhatHasThePathAsItsParent() {
        let paths = ["/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/ab/c", "//", "/a//b", "a/b", "a", "@a", ""]
        for path in paths {
            for parent in paths where !parent.isEmpty {
                let isChild = Path.parent(of: octets(path)) == octets(parent) && !path.hasSuffix("/")
                #expect(Path.isChild(octets(path), of: octets(parent)) == isChild, "\(path) \(parent)")
            }
        }
    }

    @Test(arguments: [
        ("/a/b", "/a", true), ("/a", "/a", true), ("/ab", "/a", false), ("/a", "/a/b", false), ("/a/b", "/", true),
        ("/", "/", true), ("", "/", false), ("/a/b", "/a/", true),
    ])
    func belowIsDecidedAtASlash(_ path: String, _ top: String, _ isBelow: Bool) {
        #expect(Path.isAtOrBelow(octets(path), octets(top)) == isBelow)
    }

    @Test(arguments: ["/", "/a", "/local/domain/0/backend-x_y@z", "/" + String(repeating: "a", count: 3070)])
    func validPathsAreValid(_ path: String) {
        #expect(Path.isValid(octets(path)))
    }

    @Test(arguments: ["", "a", "/a/", "//", "/a//b", "/a b", "/ä", "@x", "/" + String(repeating: "a", count: 3071)])
    func otherPathsAreNot(_ path: String) {
        #expect(!Path.isValid(octets(path)))
    }

    /// The bits of the table, against the characters that xenstore.txt permits.
    @Test func exactlyThePermittedCharactersArePermitted() {
        let permitted = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_@".utf8)
        for byte in UInt8.min...UInt8.max { #expect(Path.isCharacter(byte) == permitted.contains(byte), "\(byte)") }
    }

    /// Paths of 18 bytes and more are looked at in blocks, shorter ones byte by byte: the answer
    /// must not depend on where in a path a byte is.
    @Test func aBlockIsJudgedLikeItsBytes() {
        for count in 2...70 {
            var path = [UInt8](repeating: 0x61, count: count)
            path[0] = ASCII.slash
            #expect(Path.isValid(path[...]), "\(count)")
            for place in 1..<count {
                for byte in UInt8.min...UInt8.max where byte != ASCII.slash {
                    path[place] = byte
                    let isRight = Path.isValid(path[...]) == Path.isCharacter(byte)
                    if !isRight { Issue.record("\(count) \(place) \(byte)") }
                }
                path[place] = ASCII.slash
                let isValid = place > 1 && place < count - 1
                if Path.isValid(path[...]) != isValid { Issue.record("/ at \(place) of \(count)") }
                path[place] = 0x61
            }
            for place in stride(from: 2, to: count - 2, by: 1) {
                (path[place], path[place + 1]) = (ASCII.slash, ASCII.slash)
                if Path.isValid(path[...]) { Issue.record("// at \(place) of \(count)") }
                (path[place], path[place + 1]) = (0x61, 0x61)
            }
        }
    }

    @Test func childrenAndNamesFitEachOther() {
        for (parent, name, path) in [("/", "a", "/a"), ("/a", "b", "/a/b")] {
            #expect(Path.child(octets(name), of: octets(parent)) == octets(path))
            #expect(Path.name(of: octets(path)) == octets(name))
        }
        #expect(Path.name(of: octets("@x")) == octets("@x"))
    }
}
