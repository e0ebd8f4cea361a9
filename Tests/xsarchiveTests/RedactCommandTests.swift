import TestSupport
import Testing
import XenstoreStream

/// Secrets are not shown and not passed on.
@Suite struct RedactCommandTests {
    private func place() throws -> Workplace {
        let place = Workplace()
        for (name, secret) in [("a.bin", "hunter2"), ("b.bin", "hunter3")] {
            place.write(
                try HandmadeStream(nodes: [
                    ("/", ""), ("/tool", ""), ("/tool/vncpasswd", secret), ("/tool/name", name),
                    ("/tool/pin", "99" + secret),
                ]).bytes(), name)
            expectDone(place.run("import", name))
        }
        return place
    }

    @Test(arguments: [[], ["--format", "json"], ["--format", "jsonl"], ["--name-status"]])
    func aDiffShowsThatASecretChangedAndNotWhatItIs(_ options: [String]) throws {
        let place = try place()
        #expect(
            place.run(["diff", "@1", "@2"] + options).text.contains("hunter") == !options.contains("--name-status"))
        place.write(Array("# mine\n/tool/pin\n".utf8), "list")
        let outcome = place.run(["diff", "@1", "@2", "--redact", "--redact-list", "list"] + options)
        #expect(outcome.ending == .exit(1))
        #expect(outcome.text.contains("/tool/vncpasswd") && outcome.text.contains("/tool/pin"))
        #expect(!outcome.text.contains("hunter"))
        #expect(outcome.text.contains("b.bin") == !options.contains("--name-status"))
    }

    @Test func aKeyTellsEqualSecretsFromOthersAcrossRuns() throws {
        let place = try place()
        place.write(Array("0123456789abcdef0123456789abcdef".utf8), "key")
        let first = place.run("diff", "@1", "@2", "--redact", "--redact-key", "key")
        #expect(first.text == place.run("diff", "@1", "@2", "--redact", "--redact-key", "key").text)
        #expect(place.run("diff", "@1", "@2", "--redact").text != place.run("diff", "@1", "@2", "--redact").text)
        place.write([1], "short")
        expectFailure(
            place.run("diff", "@1", "@2", "--redact", "--redact-key", "short"), 64,
            containing: ["a key needs at least 16"])
        expectFailure(place.run("diff", "@1", "@2", "--redact", "--redact-list", "none"), 2, containing: ["none: "])
        expectUsage(place.run("diff", "@1", "@2", "--redact-key", "key"), "require --redact")
    }

    @Test func aRebuiltStreamHasNoSecretsAndTheCustodyLogSaysSo() throws {
        let place = try place()
        let outcome = place.run("rebuild", "@1", "-o", "out.bin", "--redact")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.errorText.contains("changed redacted: /tool/vncpasswd, 7 bytes"))
        #expect(place.run("cat", "out.bin", "/tool/vncpasswd").text == "xxxxxxx\n")
        #expect(place.run("cat", "out.bin", "/tool/name").text == "a.bin\n")
        #expect(place.bytes("out.bin").count == place.bytes("a.bin").count)
        let diff = place.run("diff", "a.bin", "out.bin", "--name-status")
        #expect(diff.text == "M\tnode\t/tool/vncpasswd\n")
        let entry = try #require(try JSONText.lines(place.run("custody", "--format", "jsonl")).last)
        #expect(entry["action"] as? String == "rebuild")
        #expect(entry["source"] as? String == "@1")
        #expect(entry["note"] as? String == "written to out.bin, 1 secret values replaced by the letter x")
        #expect(entry["size"] as? Int == place.bytes("out.bin").count)
        let sum = place.shell("sha256sum out.bin | cut -d' ' -f1").text.dropLast()
        #expect(entry["sha256"] as? String == String(sum))
        expectDone(place.run("verify"))
    }

    // MARK: Reports

    /// Two images with a secret in a node of a dead domain and in a pending request, as files and
    /// in the archive.
    private func reportPlace() throws -> Workplace {
        let place = Workplace()
        for (name, secret) in [("a.bin", "hunter2"), ("b.bin", "hunter3")] {
            var stream = HandmadeStream(nodes: [
                ("/", ""), ("/tool", ""), ("/tool/vncpasswd", secret), ("/tool/name", name),
                ("/tool/pin", "99" + secret),
            ])
            stream.owner = 5
            let payload = Octets("/tool/vncpasswd\u{0}\(secret)".utf8)
            stream.pendingInput = [11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, UInt8(payload.count), 0, 0, 0] + payload
            place.write(try stream.bytes(), name)
            expectDone(place.run("import", name))
        }
        place.write(Array("/tool/pin\n".utf8), "list")
        return place
    }

    private func hasSecret(_ page: String) -> Bool {
        let hexadecimal = Array("hunter".utf8).map { String($0, radix: 16) }.joined()
        return page.contains("hunter") || page.contains(hexadecimal)
    }

    @Test(arguments: [["@1"], ["a.bin"], ["@1", "@2"], ["a.bin", "b.bin"], ["a.bin", "@2"]])
    func aRedactedPageHasNoSecretInItsBytes(_ images: [String]) throws {
        let place = try reportPlace()
        let hadSecret = hasSecret(place.run(["report"] + images).text)
        #expect(hadSecret)
        let outcome = place.run(["report"] + images + ["--redact", "--redact-list", "list"])
        expectDone(outcome)
        let isLeaky = hasSecret(outcome.text)
        #expect(!isLeaky)
        let (whole, page) = (try ReportPage(place.run(["report"] + images).output), try ReportPage(outcome.output))
        let nodes = try page.nodes()
        let all = try whole.nodes()
        #expect(nodes.map(\.path) == all.map(\.path) && nodes.map(\.mark) == all.map(\.mark))
        let shown = try #require(nodes.first { $0.path == "/tool/vncpasswd" }?.value)
        #expect(shown.hasPrefix("redacted, 7 bytes") && (shown != "redacted, 7 bytes") == (images.count == 2))
        #expect(nodes.contains { $0.path == "/tool/name" && $0.value?.hasSuffix(".bin") == true })
        // What is found, and what the image is, stays the same.
        let (findings, allFindings) = (try page.list("findings"), try whole.list("findings"))
        #expect(findings.map { $0[1] as? String } == allFindings.map { $0[1] as? String })
        #expect(findings.contains { ($0[2] as? String)?.contains("vncpasswd") == true })
        let (facts, allFacts) = (try page.image["facts"] as? [[String]], try whole.image["facts"] as? [[String]])
        #expect(facts == allFacts)
    }

    @Test(arguments: ["listing", "oxenstored"]) func aRedactedPageOfATextHasNoSecretEither(_ layout: String) throws {
        let place = try reportPlace()
        if layout == "listing" {
            _ = place.shell("\"$0\" ls -f -p a.bin > text; echo 'what hunter2 is this' >> text")
        } else {
            _ = place.run("rebuild", "a.bin", "-o", "text", "--layout", "oxenstored")
            _ = place.shell("echo store,hunter2 >> text")
        }
        let hadSecret = hasSecret(place.run("report", "text").text)
        #expect(hadSecret)
        let outcome = place.run("report", "text", "--redact", "--redact-list", "list")
        expectDone(outcome)
        let isLeaky = hasSecret(outcome.text)
        #expect(!isLeaky)
        #expect(
            try ReportPage(outcome.output).nodes().contains {
                $0.path == "/tool/vncpasswd" && $0.value == "redacted, 7 bytes"
            })
    }

    @Test func aSecretThatAPathHasSwallowedIsReplacedThereToo() throws {
        let place = try reportPlace()
        var bytes = place.bytes("a.bin")
        // The lengths are wrong: the path includes the secret at its end. Its length, the value's
        // length and two permissions come before it.
        let path = Array("/tool/vncpasswd".utf8) + [0]
        let start = try #require(bytes.indices.last { bytes[$0...].starts(with: path) })
        #expect(bytes[start - 16] == 16 && bytes[start - 14] == 7)
        bytes[start - 16] += 7
        bytes[start - 14] = 0
        place.write(bytes, "damaged")
        for command in [
            ["report", "damaged"], ["report", "a.bin", "damaged"], ["diff", "a.bin", "damaged"],
            ["diff", "damaged", "a.bin", "--format", "json"],
        ] {
            let outcome = place.run(command + ["--redact", "--redact-list", "list"])
            #expect(outcome.errorText.isEmpty == (command[0] == "report") && outcome.text.contains("vncpasswd"))
            let isLeaky = hasSecret(outcome.text)
            #expect(!isLeaky, "\(command)")
        }
    }

    @Test func aRedactedPageOfADamagedImageHasNoSecretEither() throws {
        let place = try reportPlace()
        let bytes = place.bytes("a.bin")
        for cut in stride(from: 8, through: 200, by: 8) {
            place.write(Array(bytes.dropLast(cut)), "damaged")
            let isLeaky = hasSecret(place.run("report", "damaged", "--redact", "--redact-list", "list").text)
            #expect(!isLeaky, "\(cut)")
        }
    }

    // MARK: What nothing explains

    /// The image with the type of the secret's record changed to an unknown one, with slack in a
    /// record, with bytes after END, or damaged in the secret's record.
    private func odd(_ how: String, _ bytes: [UInt8]) throws -> [UInt8] {
        var bytes = bytes
        let path = Array("/tool/vncpasswd".utf8) + [0]
        // The record of the node: type and length, then 12 bytes of fields and 8 of permissions.
        let start = try #require(bytes.indices.last { bytes[$0...].starts(with: path) }) - 32
        switch how {
        case "unknown": bytes[start] = 0x77
        case "trailer": bytes += Array("hunter9!".utf8)
        case "damaged": bytes[start + 4] = 0xFF
        default: bytes[(start + 18)...(start + 19)] = [0, 0]
        }
        return bytes
    }

    @Test(arguments: ["unknown", "trailer", "damaged", "slack"], [false, true])
    func whatNothingExplainsIsReplacedEverywhere(_ how: String, _ isArchived: Bool) throws {
        let place = try reportPlace()
        place.write(try odd(how, place.bytes("a.bin")), "odd.bin")
        #expect(place.run("import", "--salvage", "odd.bin").ending == .exit(0))
        let image = isArchived ? "@3" : "odd.bin"
        for command in [
            ["report", image], ["report", "b.bin", image], ["diff", "b.bin", image],
            ["diff", image, "@2", "--format", "jsonl"],
        ] {
            let outcome = place.run(command + ["--redact", "--redact-list", "list"])
            #expect(!hasSecret(outcome.text), "\(command)")
            #expect(!hasSecret(outcome.errorText), "\(command)")
        }
        let rebuilt = place.run("rebuild", image, "-o", "out.bin", "--redact", "--redact-list", "list")
        #expect(!hasSecret(rebuilt.errorText))
        // A damaged file must be archived first.
        let isRefused = how == "damaged" && !isArchived
        #expect(rebuilt.ending == .exit(isRefused ? 2 : 0), "\(rebuilt.errorText)")
        if !isRefused { #expect(!hasSecret(String(decoding: place.bytes("out.bin"), as: UTF8.self))) }
    }

    @Test func everyRedactedOutputSaysHowManyValuesWereReplaced() throws {
        let place = try reportPlace()
        let list = ["--redact", "--redact-list", "list"]
        let diff = place.run(["diff", "a.bin", "b.bin"] + list)
        #expect(diff.errorText.contains("secret values replaced, and 4 other places that may hold a secret\n"))
        let rebuilt = place.run(["rebuild", "a.bin", "-o", "out.bin"] + list)
        #expect(rebuilt.errorLines.last == "xsarchive: 3 secret values replaced")
        let report = place.run(["report", "a.bin", "-o", "page.html"] + list)
        let sentence = "2 secret values replaced, and 2 other places that may hold a secret"
        #expect(report.errorText == "xsarchive: \(sentence)\n")
        #expect(try ReportPage(place.bytes("page.html")).image["redacted"] as? String == sentence)
        #expect(try ReportPage(place.run("report", "a.bin").output).image["redacted"] as? String == nil)
        // None is a number, too.
        let none = place.run("diff", "a.bin", "a.bin", "--redact")
        #expect(none.errorText == "xsarchive: 0 secret values replaced\n")
    }

    /// Prose around a listing, its first line and comments within it are no way around the list.
    @Test func proseAroundAListingIsReplaced() throws {
        let place = Workplace()
        let text = """
            the password is hunter2, as hunter2@example.com wrote
            > root@hunter2:~# xenstore-ls -f /tool | grep -v hunter2
            > /tool/name = "guest"
            > /tool/vncpasswd = "hunter2"   (n0)
            > /tool/pin = <hunter2>
            hunter2, I think
            > /tool/state = "4"
            ```
            bye, hunter2

            """
        place.write(Array(text.utf8), "text")
        place.write(Array("/tool/pin\n".utf8), "list")
        #expect(hasSecret(place.run("report", "text").text))
        let outcome = place.run("report", "text", "--redact", "--redact-list", "list")
        expectDone(outcome)
        #expect(!hasSecret(outcome.text))
        let (page, whole) = (try ReportPage(outcome.output), try ReportPage(place.run("report", "text").output))
        #expect(try page.nodes().map(\.path) == whole.nodes().map(\.path))
        #expect(try page.image["root"] as? String == whole.image["root"] as? String)
    }

    /// A tree of which nothing says where it hangs: its lines cannot be written from their paths.
    @Test func aSecretInATreeWithoutARootIsReplacedWhereItIs() throws {
        let place = Workplace()
        place.write(
            Array(" vnc = \"\"\n  vncpasswd = \"hunter2\"  . . . .  (n0)\n  port = \"5900\"\n".utf8), "text")
        let outcome = place.run("report", "text", "--redact")
        expectDone(outcome)
        #expect(!hasSecret(outcome.text))
        let nodes = try ReportPage(outcome.output).nodes()
        #expect(nodes.contains { $0.path.hasSuffix("vncpasswd") && $0.value == "redacted, 7 bytes" })
        #expect(nodes.contains { $0.path.hasSuffix("port") && $0.value == "5900" })
    }

    @Test func theDomainsNameIsNoWayAroundTheList() throws {
        let place = Workplace()
        for (name, value) in [("a.bin", "4"), ("b.bin", "5")] {
            place.write(
                try HandmadeStream(nodes: [
                    ("/", ""), ("/local/domain/0/name", "hunter2"), ("/local/domain/0/x", value),
                ]).bytes(), name)
        }
        place.write(Array("/local/domain/*/name\n".utf8), "list")
        for command in [["diff", "a.bin", "b.bin", "--by", "domain"], ["report", "a.bin", "b.bin"]] {
            #expect(place.run(command).text.contains("hunter2"))
            let outcome = place.run(command + ["--redact", "--redact-list", "list"])
            #expect(!outcome.text.contains("hunter2") && !outcome.output.isEmpty)
        }
    }
}
