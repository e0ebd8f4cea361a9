import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Containers are walked in order, and no further than the limits.
@Suite struct ContainerTests {
    private let folder = TemporaryFolder()

    /// What a walk finds, a line each.
    private func items(
        _ bytes: [UInt8], _ limits: ContainerLimits = ContainerLimits(), keepingParts: Bool = false
    ) throws -> [String] {
        Files.write(bytes, folder.file("c"))
        let container = try #require(try Container(path: folder.file("c")))
        var lines: [String] = []
        container.forEachItem(limits: limits, keepingParts: keepingParts) { item in
            let line =
                switch item {
                case .member(let member):
                    "\(member.place) \(member.content.bytes.count)"
                        + (member.content.compression.map { " \($0.rawValue)" } ?? "")
                        + (member.content.problem.map { " \($0)" } ?? "") + (member.excess.map { " \($0)" } ?? "")
                case .passedOver(let place, let why): "\(place): \(why)"
                case .failure(let error): "\(error)"
                }
            lines.append(line.replacing(folder.file("c"), with: "c"))
        }
        return lines
    }

    private func tar(_ members: (String, [UInt8])...) -> [UInt8] {
        var tar = TarFile()
        for (name, content) in members { tar.add(name, content) }
        return tar.bytes
    }

    private let text = Array("hello\n".utf8)

    @Test func membersComeInTheirOrderWithDigestsAndTimes() throws {
        var tar = TarFile()
        tar.add("b", text, modified: 12)
        tar.add("./d/", type: "5")
        tar.add("./d//a", [])
        tar.add("b", Array("again".utf8))
        Files.write(tar.bytes, folder.file("c"))
        let container = try #require(try Container(path: folder.file("c")))
        #expect(container.form == .tar && container.compression == nil)
        var members: [ContainerMember] = []
        container.forEachItem { if case .member(let member) = $0 { members.append(member) } }
        #expect(members.map(\.path) == ["b", "d/a", "b"])
        #expect(members.first?.modified == 12)
        #expect(members.map(\.content.bytes) == [text, [], Array("again".utf8)])
        let digests = try members.first?.levels.map { try $0.sha256() }
        #expect(digests == [Digest.sha256(tar.bytes), Digest.sha256(text)])
    }

    @Test(arguments: ["", "hello", "PK", "PK\u{3}", String(repeating: "x", count: 600)])
    func anyOtherFileIsNoContainer(_ text: String) throws {
        Files.write(Array(text.utf8), folder.file("c"))
        #expect(try Container(path: folder.file("c")) == nil)
        #expect(ContainerForm(start: [UInt8](repeating: 0, count: 512)[...]) == nil)
    }

    @Test func aTarIsKnownByItsChecksum() {
        var bytes = tar(("a", text))
        #expect(ContainerForm(start: bytes[...]) == .tar)
        // Without the mark of POSIX, as old programs write it.
        #expect(ContainerForm(start: bytes.prefix(511)) == nil)
        bytes[0] += 1
        #expect(ContainerForm(start: bytes[...]) == nil)
    }

    @Test func imagesAreNoContainers() {
        for name in Fixtures.cleanNames {
            #expect(ContainerForm(start: Fixtures.bytes(name)[...]) == nil)
        }
    }

    @Test func whatIsNoFileIsPassedOverWithTheReason() throws {
        var tar = TarFile()
        for name in ["../x", "a/../../x", "/etc/passwd", "a/..", "", "."] { tar.add(name, text) }
        for (name, type) in [("hard", "1"), ("soft", "2"), ("char", "3"), ("block", "4"), ("pipe", "6")] {
            tar.add(name, type: Character(type), link: "/etc/passwd")
        }
        tar.add([0x61, 0x1B, 0x5B, 0x32, 0x4A, 0xFF], text)
        #expect(
            try items(tar.bytes) == [
                "c!../x: the path leads out of the container", "c!a/../../x: the path leads out of the container",
                "c!etc/passwd: an absolute path", "c!a/..: the path leads out of the container", "c!: it has no name",
                "c!.: it has no name", "c!hard: a hard link", "c!soft: a symbolic link", "c!char: a device",
                "c!block: a device", "c!pipe: a pipe", "c!a\\x1b[2J\\xff 6",
            ])
    }

    @Test func noMoreMembersAreReadThanTheLimit() throws {
        var limits = ContainerLimits()
        limits.members = 2
        #expect(
            try items(tar(("a", text), ("b", text), ("c", text), ("d", text)), limits) == [
                "c!a 6", "c!b 6",
                "c: has more than 2 members, and the rest is not read; extract it and import the directory",
            ])
        #expect(try items(tar(("a", tar(("b", text), ("c", text), ("d", text))), ("e", text)), limits).count == 2)
        #expect(try items(tar(("a", text), ("b", text)), limits) == ["c!a 6", "c!b 6"])
    }

    @Test func noMoreContainersAreInEachOtherThanTheLimit() throws {
        var bytes = tar(("state", text))
        for depth in 2...10 {
            bytes = tar(("n", bytes))
            let lines = try items(bytes)
            #expect(lines.count == 1)
            let place = "c" + String(repeating: "!n", count: min(depth - 1, 4))
            #expect(lines == [depth <= 4 ? place + "!state 6" : place + ": a tar in 4 other containers"])
        }
    }

    @Test func aMemberThatIsTooLargeIsNotRead() throws {
        let limits = ContainerLimits(memberBytes: 100_000)
        let zeros = [UInt8](repeating: 0, count: 100_001)
        #expect(
            try items(tar(("big", zeros), ("fits", Array(zeros.dropLast()))), limits) == [
                "c!big \(LayoutDetection.beginningSize) c!big: the file has more than 100000 bytes", "c!fits 100000",
            ])
        // A size in the header that no file has, and nothing after it.
        var tar = TarFile()
        tar.add("lie", text, size: 0o77_777_777_777)
        let lines = try items(tar.bytes)
        #expect(
            lines.count == 2 && lines.allSatisfy { $0.contains("c!lie") || $0.contains("c: the tar cannot be read") })
    }

    @Test func allMembersTogetherHaveALimit() throws {
        let limits = ContainerLimits(memberBytes: 1000)
        let thousand = [UInt8](repeating: 7, count: 1000)
        let members = (1...4).map { ("\($0)", thousand) }
        #expect(try items(tar(members[0], members[1], members[2], members[3], ("e", [])), limits).count == 5)
        #expect(
            try items(tar(members[0], members[1], members[2], members[3], ("x", text), ("y", text)), limits).last
                == "c: has members of more than 4000 bytes together, and the rest is not read")
    }

    @Test(arguments: [1, 511, 513, 1024, 1500]) func aTarThatIsCutGivesWhatIsWholeAndAReason(_ missing: Int) throws {
        let bytes = tar(("a", text), ("b", [UInt8](repeating: 7, count: 700)))
        let entries = bytes.dropLast(1024)
        let lines = try items(Array(entries.dropLast(missing)))
        #expect(lines.first == "c!a 6")
        #expect(lines.count >= 2)
        #expect(lines.last?.hasPrefix("c: the tar cannot be read to its end: ") == true)
    }

    @Test func twoTarsAfterOneAnotherAreBothRead() throws {
        #expect(try items(tar(("a", text)) + tar(("b", text))) == ["c!a 6", "c!b 6"])
        #expect(
            try items(tar(("a", text)) + [UInt8](repeating: 0x41, count: 512)).last?.hasPrefix("c: the tar cannot")
                == true)
    }

    /// A sparse file of 70000 bytes as GNU tar writes it: "x" at 4096, and zeros that are left out.
    @Test func zerosThatATarLeavesOutAreThere() throws {
        func octal(_ number: Int) -> [UInt8] {
            let digits = String(number, radix: 8)
            return Array((String(repeating: "0", count: 11 - digits.utf8.count) + digits).utf8) + [0]
        }
        var tar = TarFile()
        let data = [UInt8(ascii: "x")] + [UInt8](repeating: 0, count: 511)
        tar.add("sparse", data, type: "S") { header in
            header.replaceSubrange(257..<265, with: Array("ustar  ".utf8) + [0])
            header.replaceSubrange(329..<345, with: [UInt8](repeating: 0, count: 16))
            header.replaceSubrange(386..<434, with: octal(4096) + octal(512) + octal(70_000) + octal(0))
            header.replaceSubrange(483..<495, with: octal(70_000))
        }
        Files.write(tar.bytes, folder.file("c"))
        let container = try #require(try Container(path: folder.file("c")))
        var contents: [[UInt8]] = []
        container.forEachItem { if case .member(let member) = $0 { contents.append(member.content.bytes) } }
        try #require(contents.count == 1)
        #expect(contents[0].count == 70_000)
        #expect(contents[0].indices.filter { contents[0][$0] != 0 } == [4096])
    }

    @Test func noCutOrChangedTarEndsTheProgram() throws {
        var random = SeededGenerator(seed: 6)
        let bytes = tar(("a", text), ("b.tar", tar(("c", text))), ("d", [UInt8](repeating: 7, count: 600)))
        for _ in 0..<300 {
            // The first header stays as it is: without it this is not a tar.
            var changed = Array(bytes.prefix(513 + random.below(bytes.count - 512)))
            for _ in 0..<3 { changed[512 + random.below(changed.count - 512)] = UInt8(random.below(256)) }
            Files.write(changed, folder.file("c"))
            let container = try #require(try Container(path: folder.file("c")))
            var count = 0
            container.forEachItem { _ in count += 1 }
            #expect(count > 0)
        }
    }
}
