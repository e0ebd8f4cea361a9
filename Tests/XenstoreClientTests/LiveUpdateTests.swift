import Testing
import XenstoreStream

@testable import XenstoreClient

/// What is known to end a daemon is refused before the daemon is asked; Replay tries it on one.
@Suite struct LiveUpdateTests {
    /// A verdict on nodes with owners and entries, when some domains are introduced.
    private func kinds(
        _ nodes: [(path: String, perms: [(Character, UInt16)])], introduced: Set<UInt16>
    ) throws -> [LiveUpdateVerdict.Reason.Kind] {
        let store = try FakeStore([:])
        for node in nodes {
            store.write(node.path, "")
            store.setPerms(node.path, node.perms.map { "\($0.0)\($0.1)" })
        }
        store.serve()
        defer { store.stop() }
        let captured = try StoreCapture().run(store.client)
        var verdict = LiveUpdateVerdict()
        try verdict.check(captured, special: []) { introduced.contains($0) }
        return verdict.reasons.map(\.kind)
    }

    @Test func aStoreOfIntroducedDomainsIsNotRefused() throws {
        let nodes: [(String, [(Character, UInt16)])] = [("/local/domain/5", [("n", 5), ("r", 0)]), ("/a", [("n", 0)])]
        #expect(try kinds(nodes, introduced: [5]) == [])
    }

    @Test func anOwnerThatIsNotIntroducedIsRefused() throws {
        #expect(try kinds([("/a", [("n", 7)])], introduced: []) == [.owner])
        // A guest that is being built: its home is its own, and one reason is enough.
        #expect(try kinds([("/local/domain/7", [("n", 7)])], introduced: []) == [.owner])
    }

    @Test func anEntryThatWouldGoStaleIsRefused() throws {
        #expect(try kinds([("/a", [("n", 0), ("r", 7)])], introduced: [5]) == [.entry])
        // DOMID_ANY is no domain.
        #expect(try kinds([("/a", [("n", 0), ("r", 32757)])], introduced: []) == [])
    }

    @Test func aHomeOfADomainThatIsNotIntroducedIsRefused() throws {
        #expect(try kinds([("/local/domain/7", [("n", 0)])], introduced: []) == [.build])
        #expect(try kinds([("/libxl/7", [("n", 0)])], introduced: []) == [.build])
        #expect(try kinds([("/libxl/7", [("n", 0)]), ("/local/domain/0", [("n", 0)])], introduced: [7]) == [])
    }

    @Test(arguments: [
        ("4.14", true), ("4.15", false), ("4.17.5", false), ("4.21", true), ("4.21.0", true), ("4.21.1", false),
        ("4.22.0", false),
    ])
    func releasesWhoseLiveUpdateFailsAreRefused(_ text: String, _ isRefused: Bool) throws {
        #expect((LiveUpdate.objection(to: try #require(XenRelease(text))) != nil) == isRefused)
    }

    @Test(arguments: [
        ("/usr/lib/xen-4.17/bin/xenstored", "4.17.5", "4.17.5"), ("/usr/lib/xen-4.17/bin/xenstored", "4.20.1", "4.17"),
        ("/usr/lib/xen-4.17/bin/xenstored", nil, "4.17"), ("/usr/sbin/xenstored", "4.16.3", "4.16.3"),
        ("/usr/sbin/xenstored", nil, nil),
    ])
    func theReleaseIsThatOfTheProgramOrTheHypervisor(_ program: String, _ hypervisor: String?, _ expected: String?) {
        let process = DaemonProcess(id: 1, program: program, directory: "/run/xenstored")
        let release = XenRelease.of(process, hypervisor: hypervisor.flatMap { XenRelease($0) })
        #expect(release?.text == expected)
    }

    @Test(arguments: ["4", "4.x", "4.17.", "4.17.1.2", "-4.17", "", "xen-4.17"])
    func whatIsNoReleaseIsNone(_ text: String) {
        #expect(XenRelease(text) == nil)
    }

    @Test func aProgramIsOxenstoredByItsNameAlone() {
        func isOxenstored(_ program: String) -> Bool {
            DaemonProcess(id: 1, program: program, directory: "/").isOxenstored
        }
        #expect(isOxenstored("/usr/lib/xen-4.17/bin/oxenstored"))
        #expect(!isOxenstored("/usr/lib/oxenstored/bin/xenstored"))
        #expect(DaemonProcess(id: 1, program: "/usr/bin/xenstored (deleted)", directory: "/").isReplaced)
    }

    /// A C xenstored dies of the signal, so a doubt is enough.
    @Test func theSignalIsNotSentToWhatIsNotOxenstored() throws {
        for isOxenstored in [false, true] {
            let store = try FakeStore([:])
            store.isOxenstored = isOxenstored
            if isOxenstored { store.nodes["/tool/xenstored"]?.value = "/usr/sbin/oxenstored" }
            store.serve()
            defer { store.stop() }
            let daemon = try StoreDaemon(store.client)
            #expect(daemon.isOxenstored == isOxenstored)
            // No process serves this name.
            #expect(throws: DaemonStateError.self) { try DebugDump.target("/nonexistent/socket", daemon) }
        }
    }

    @Test func theProcessThatServesASocketIsNotThisOne() throws {
        // This process runs no xenstored.
        #expect(DaemonProcess.serving("/nonexistent/socket") == nil)
    }
}
