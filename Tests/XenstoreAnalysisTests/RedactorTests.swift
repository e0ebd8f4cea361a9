import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Secrets are replaced, and nothing else.
@Suite struct RedactorTests {
    @Test(arguments: [
        "/local/domain/0/backend/vfb/3/0/vncpasswd", "/local/domain/3/console/vnc-passwd",
        "/libxl/3/device/vfb/0/spicepasswd",
        "/local/domain/7/vm-data/user", "/vm/4711/vm-data/first-boot/x", "/local/domain/0/device-model/3/Password",
        "/tool/api-key",
        "/local/domain/1/data/agent/accessToken", "/host/private-key", "/iscsi/chap-user",
        "/local/domain/1/control/ssh-key", "/tool/PASSPHRASE", "/tool/CREDENTIALS", "/tool/privatekey", "/tool/apikey",
        "/tool/API_KEY", "/tool/auth_key", "/tool/sshkey", "/tool/pwd", "/tool/db_pwd", "/tool/SessionID",
        "/local/domain/3/data/set_clipboard", "/local/domain/3/data/report_clipboard",
        "/local/domain/3/data/host/2f1a", "/local/domain/3/data/guest/2f1a", "data/host/2f1a", "vm-data/user",
    ])
    func pathsOfSecretsAreKnown(_ path: String) {
        #expect(Redactor().isSecret(Octets(path.utf8)))
    }

    @Test(arguments: [
        "/", "/local/domain/3/name", "/local/domain/3/console/vnc-port", "/local/domain/3/memory/target",
        "/vm/4711/uuid", "/local/domain/1/keyboard",
    ])
    func otherPathsAreNone(_ path: String) {
        #expect(!Redactor().isSecret(Octets(path.utf8)))
    }

    /// No image of the fixtures loses more than the list says.
    @Test func onlySecretsOfARealImageChange() throws {
        let image = try ScannedImage(bytes: Fixtures.bytes("xen-4.17-small.bin"))
        var changed = 0
        try image.forEachItem { _, item in
            guard case .record(let record) = item else { return }
            let redacted = Redactor().redact(record.body, byteOrder: .little)
            if redacted != record.body {
                changed += 1
                guard case .node(let node) = record.body else { return }
                #expect(Redactor().isSecret(node.path.octets))
            }
        }
        #expect(changed < 20)
    }

    @Test func aValueKeepsItsLength() {
        let long = Octets((0..<300).map { UInt8(truncatingIfNeeded: $0) })
        for value in [Octets("a".utf8), Octets("secret".utf8), long] {
            #expect(Redactor().redacted(value) == Octets(repeating: 0x78, count: value.count))
            let hashed = Redactor(form: .keyedHash(key: Array(0..<32))).redacted(value)
            #expect(hashed.count == value.count && hashed != value)
            #expect(hashed == Redactor(form: .keyedHash(key: Array(0..<32))).redacted(value))
            if value.count > 1 { #expect(hashed != Redactor(form: .keyedHash(key: Array(1..<33))).redacted(value)) }
        }
        // RFC 4231, test case 2.
        #expect(
            KeyedHash.hexadecimal(Octets("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    private func message(_ type: UInt8, _ payload: String) -> Octets {
        Octets([type, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, UInt8(payload.utf8.count), 0, 0, 0] + Array(payload.utf8))
    }

    /// The buffers contain a password in transit.
    @Test func secretsInBuffersAreReplaced() {
        var data = ConnectionData(connID: 3, ringOf: 7, evtchn: 1)
        data.inData =
            message(11, "device/vfb/0/vncpasswd\0hunter2") + message(11, "data/name\0plain")
            + message(11, "/tool/secret\0hunt")
        data.outRespLength = 4
        data.outData = Octets("tail".utf8) + message(2, "hunter2") + message(15, "/a/path\0token\0")
        guard case .connection(let redacted) = Redactor().redact(.connection(data), byteOrder: .little) else { return }
        #expect(
            redacted.inData == message(11, "device/vfb/0/vncpasswd\0xxxxxxx") + message(11, "data/name\0plain")
                + message(11, "/tool/secret\0xxxx"))
        #expect(redacted.outData == Octets("xxxx".utf8) + message(2, "xxxxxxx") + message(15, "/a/path\0token\0"))
        // A message that is cut off in the middle of its value.
        data.inData = message(11, "vncpasswd\0hunter2").prefix(16 + 12)
        data.outData = []
        guard case .connection(let cut) = Redactor().redact(.connection(data), byteOrder: .little) else { return }
        #expect(cut.inData == message(11, "vncpasswd\0hunter2").prefix(16 + 10) + Octets("xx".utf8))
    }

    /// A password in a record of a type that nothing explains.
    @Test func theBodyOfAnUnknownRecordIsReplaced() {
        let data = OpaqueData(type: RecordType(rawValue: 0x77), body: Octets("hunter2".utf8))
        #expect(
            Redactor().redact(.opaque(data), byteOrder: .little)
                == .opaque(OpaqueData(type: data.type, body: Octets("xxxxxxx".utf8))))
        let line = OpaqueData(type: .textLine, body: Octets("hunter2\n".utf8))
        #expect(
            Redactor().redact(.opaque(line), byteOrder: .little)
                == .opaque(OpaqueData(type: .textLine, body: Octets("xxxxxxx\n".utf8))))
    }

    @Test func whatIsNoMessageInABufferIsReplaced() {
        var data = ConnectionData(connID: 3, ringOf: 7, evtchn: 1)
        // Text instead of a message; a type that the protocol may have one day; the start of a
        // header.
        for (buffer, expected) in [
            (Octets("hunter2 and hunter2 and more".utf8), Octets(repeating: 0x78, count: 28)),
            (message(99, "hunter2"), message(99, "xxxxxxx")), (message(0, "hunter2"), message(0, "xxxxxxx")),
            (Octets("hun".utf8), Octets("xxx".utf8)),
            (message(1, "/a\0") + Octets("hun".utf8), message(1, "/a\0") + Octets("xxx".utf8)),
        ] {
            (data.inData, data.outData) = (buffer, buffer)
            guard case .connection(let redacted) = Redactor().redact(.connection(data), byteOrder: .little) else {
                return
            }
            #expect(redacted.inData == expected && redacted.outData == expected)
        }
    }

    @Test func aListHasOnePatternALine() {
        #expect(Redactor.patterns("# why\n\n  /a/*  \r\n/b\n#/c\n") == ["/a/*", "/b"])
        #expect(Redactor(patterns: ["/a/*"]).isSecret(Octets("/a/b/c".utf8)))
        #expect(!Redactor.shippedPatterns.isEmpty && Redactor.shippedPatterns.allSatisfy { !$0.hasPrefix("#") })
    }
}
