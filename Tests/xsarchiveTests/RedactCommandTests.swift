import TestSupport
import Testing

/// Secrets stay out of what is shown and handed on.
@Suite struct RedactCommandTests {
    private func place() throws -> Workplace {
        let place = Workplace()
        for (name, secret) in [("a.bin", "hunter2"), ("b.bin", "hunter3")] {
            place.write(try HandmadeStream(nodes: [("/", ""), ("/tool", ""), ("/tool/vncpasswd", secret), ("/tool/name", name), ("/tool/pin", "99" + secret)]).bytes(), name)
            expectDone(place.run("import", name))
        }
        return place
    }

    @Test(arguments: [[], ["--format", "json"], ["--format", "jsonl"], ["--name-status"]]) func aDiffShowsThatASecretChangedAndNotWhatItIs(_ options: [String]) throws {
        let place = try place()
        #expect(place.run(["diff", "@1", "@2"] + options).text.contains("hunter") == !options.contains("--name-status"))
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
        expectFailure(place.run("diff", "@1", "@2", "--redact", "--redact-key", "short"), 64, containing: ["a key has at least 16"])
        expectFailure(place.run("diff", "@1", "@2", "--redact", "--redact-list", "none"), 2, containing: ["none: "])
        expectUsage(place.run("diff", "@1", "@2", "--redact-key", "key"), "go with --redact")
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
        #expect(entry["note"] as? String == "written to out.bin, 1 secret values replaced by letters x")
        #expect(entry["size"] as? Int == place.bytes("out.bin").count)
        let sum = place.shell("sha256sum out.bin | cut -d' ' -f1").text.dropLast()
        #expect(entry["sha256"] as? String == String(sum))
        expectDone(place.run("verify"))
    }
}
