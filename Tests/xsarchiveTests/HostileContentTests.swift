import TestSupport
import Testing
import XenstoreStream

/// Guests write paths, values and tokens. Whatever these contain must not control the user's
/// terminal.
@Suite struct HostileContentTests {
    /// Escape sequences, line breaks, a right-to-left override, C0 and C1 control characters, NUL,
    /// bytes that are not UTF-8.
    private static let poison: [Octets] = [
        Octets("\u{1B}[2J\u{1B}]0;owned\u{7}".utf8), Octets("a\nroot ok\r\tb".utf8),
        Octets("a\u{202E}nib.\u{2066}b\u{200B}".utf8),
        Octets("\u{9B}31m\u{85}\u{7F}".utf8), [0x61, 0x00, 0x1B, 0x62], [0x61, 0xFF, 0x1B, 0xC3, 0x28, 0xE2, 0x80],
        Octets("\"quoted\\\u{2028}x".utf8), [0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80],
        Octets("a\u{3164}b\u{FE0F}c\u{E0100}d\u{2800}e\u{A0}f\u{3000}g\u{34F}h\u{115F}i\u{E0041}".utf8),
    ]

    private static let label = "n\u{1B}[31m\nx\u{202E}y"
    private static let fileName = "f\u{1B}[1m\n\u{202E}g.bin"

    private static func stream(variant: Octets) throws -> [UInt8] {
        var stream = HandmadeStream(nodes: [("/", "")])
        for (index, poison) in poison.enumerated() {
            let path = Octets("/p\(index)".utf8) + poison
            stream.nodes.append((path, poison + variant))
            stream.watches.append((Octets("/w".utf8) + poison, variant + poison))
        }
        // Owned by a domain that is gone, so that queries find them.
        stream.owner = 9
        stream.pendingInput = poison[0] + variant
        return try stream.bytes()
    }

    /// @1 and @2 in an archive, and the same as files, all under hostile names.
    private func place() throws -> Workplace {
        let place = Workplace()
        place.write(try Self.stream(variant: Octets("1".utf8)), Self.fileName)
        place.write(try Self.stream(variant: Octets("2\u{1B}".utf8)), "new.bin")
        for file in [Self.fileName, "new.bin"] {
            expectHarmless(place.run("import", "--name", Self.label, file), status: 0)
        }
        return place
    }

    /// Only printable characters, spaces and line feeds came out, and something did.
    private func expectHarmless(
        _ outcome: Outcome, status: Int32, tabs: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.ending == .exit(status), "\(outcome.errorText)", sourceLocation: sourceLocation)
        #expect(!(outcome.output + outcome.errors).isEmpty, sourceLocation: sourceLocation)
        for bytes in [outcome.output, outcome.errors] {
            let text = String(validating: bytes, as: UTF8.self)
            #expect(text != nil, "no UTF-8: \(bytes)", sourceLocation: sourceLocation)
            let bad = text?.unicodeScalars.filter { scalar in
                switch scalar.properties.generalCategory {
                case .control: scalar != "\n" && !(tabs && scalar == "\t")
                case .format, .lineSeparator, .paragraphSeparator: true
                case .spaceSeparator: scalar != " "
                default: scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x2800
                }
            }
            #expect(bad?.isEmpty != false, "\(bad ?? .init())", sourceLocation: sourceLocation)
        }
    }

    static let images = [["@1", "@2"], [fileName, "new.bin"]]

    @Test(arguments: images) func aDiffIsHarmless(_ pair: [String]) throws {
        let place = try place()
        for options in [[], ["--stat"], ["--format", "json"], ["--format", "jsonl"], ["--stat", "--format", "json"]] {
            expectHarmless(place.run(["diff"] + pair + options), status: 1)
        }
        expectHarmless(place.run(["diff"] + pair + ["--name-status"]), status: 1, tabs: true)
        let changes = try JSONText.lines(place.run(["diff"] + pair + ["--format", "jsonl"]))
        #expect(changes.count { $0["kind"] as? String == "node" } == Self.poison.count)
        // Every change is one line in the text too: a line feed in a value does not begin a new
        // one.
        let lines = place.run(["diff"] + pair).lines
        #expect(lines.count { ["+ ", "- ", "~ "].contains(String($0.prefix(2))) } == changes.count)
    }

    @Test(arguments: images) func listingsAreHarmless(_ pair: [String]) throws {
        let place = try place()
        for options in [[], ["-f"], ["-p"], ["-f", "-p"]] {
            let outcome = place.run(["ls", pair[0]] + options)
            expectHarmless(outcome, status: 0)
            #expect(outcome.lines.count == Self.poison.count)
            // The real tools print ASCII only.
            #expect(outcome.output.allSatisfy { $0 < 0x7F })
        }
    }

    @Test func aValueIsHarmlessUnlessAskedForAsItIs() throws {
        let place = try place()
        var tried = 0
        for (index, poison) in Self.poison.enumerated() where poison.isText {
            let path = "/p\(index)" + String(decoding: poison, as: UTF8.self)
            let outcome = place.run("cat", "@1", path)
            expectHarmless(outcome, status: 0)
            #expect(outcome.lines.count == 1)
            expectBytes(place.run("cat", "-R", "@1", path).output, Array(poison) + Array("1".utf8))
            expectHarmless(place.run("cat", "@1", path + "/none"), status: 2)
            expectHarmless(place.run("ls", "@1", path + "/none"), status: 2)
            tried += 1
        }
        #expect(tried == 6)
    }

    @Test(arguments: ["text", "json", "jsonl"]) func tablesAreHarmless(_ format: String) throws {
        let place = try place()
        let statements = [
            "SELECT path, value FROM nodes", "SELECT path, token FROM watches",
            "SELECT in_data, out_data FROM connections",
            "SELECT name AS \"\u{1B}[2J\n\u{202E}\" FROM images",
            "SELECT CAST(path AS TEXT), CAST(value AS TEXT) FROM nodes",
        ]
        for statement in statements { try expectTable(place.run("sql", statement, "--format", format), format) }
        for query in ["dead_owner", "watch_no_node", "dead_grantee", "largest_owners", "pending_output"] {
            let outcome = place.run("query", query, "-i", "@2", "--format", format)
            try expectTable(outcome, format)
            // A query that finds nothing would prove nothing.
            #expect(format == "text" ? outcome.lines.count > 1 : outcome.output.count > 8, "\(query)")
        }
        let path = "/p0" + String(decoding: Self.poison[0], as: UTF8.self)
        try expectTable(place.run("query", "path_history", "-P", "path=\(path)", "--format", format), format)
        try expectTable(place.run("images", "--format", format), format)
        try expectTable(place.run("verify", "--format", format), format)
        try expectTable(place.run("import", "--name", Self.label + "2", "--format", format, Self.fileName), format)
        for image in ["@1", Self.fileName] {
            let sheet = place.run("show", image, "--format", format)
            expectHarmless(sheet, status: 0)
            if format != "text" { _ = try JSONText.object(sheet.text) }
        }
    }

    private func expectTable(_ outcome: Outcome, _ format: String) throws {
        expectHarmless(outcome, status: 0)
        if format == "json" { _ = try JSONText.array(outcome.text) }
        if format == "jsonl" { _ = try JSONText.lines(outcome) }
    }

    @Test func messagesAreHarmlessAndOneLine() throws {
        let place = try place()
        place.write(Array(place.bytes(Self.fileName)[..<300]), "c" + Self.fileName)
        let nameless = "none\u{1B}[2J\n\u{202E}"
        let commands = [
            ["import", "c" + Self.fileName], ["import", nameless], ["show", nameless], ["show", "@" + nameless],
            ["export", "@1", "-o", Self.fileName], ["export", "@1", "-o", "none/" + nameless],
            ["images", "-a", nameless],
            ["cat", "@1", nameless], ["ls", "@1", "/" + nameless], ["diff", "@1", nameless],
            ["images", "-a", Self.fileName],
        ]
        for command in commands {
            let outcome = place.run(command)
            expectHarmless(outcome, status: 2)
            expectFailure(outcome, 2, containing: [": "])
        }
        for command in [
            ["query", nameless], ["query", "path_history", "-P", nameless],
            ["query", "path_history", "-P", nameless + "=1"],
            ["sql", nameless], ["import", "--captured-at", nameless, Self.fileName], ["export", nameless],
        ] {
            let outcome = place.run(command)
            expectHarmless(outcome, status: 64)
            expectFailure(outcome, 64, containing: [": "])
        }
    }
}
