import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A restore of an image that does not say what connections there were.
@Suite struct CapturedForecastTests {
    /// Nodes of which domain 5 owns one, as a capture stores them.
    private func nodes(_ coverage: Coverage?, hasRing: Bool = false) throws -> ScannedImage {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(GlobalData()))
        if hasRing { try writer.write(.connection(ConnectionData(connID: 1, ringOf: 0, evtchn: 5))) }
        for (path, owner) in [("/", UInt16(0)), ("/guest", 5)] {
            let perms = [Permission(perm: UInt8(ascii: "n"), domid: owner)]
            try writer.write(.node(NodeData(path: TerminatedString(Octets(path.utf8)), value: [], perms: perms)))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        let image = try ScannedImage(bytes: writer.bytes)
        return coverage.map(image.covering) ?? image
    }

    private static let ofCapture = Coverage([.nodes, .permissions])

    @Test func thereIsNoForecastForACapturedImage() throws {
        let forecast = try RestoreForecast(nodes(Self.ofCapture))
        #expect(forecast.isUnknown)
        #expect(forecast.events.isEmpty && forecast.findings.isEmpty)
        #expect(forecast.daemon == nil)
    }

    @Test func theArchiveSaysWhatItsImageCovers() throws {
        #expect(try RestoreForecast(nodes(nil), coverage: Self.ofCapture).isUnknown)
        let obstacle = try RestoreObstacle(nodes(nil), .c417, coverage: Self.ofCapture)
        #expect(obstacle?.reason == "the image does not say what connections there were")
    }

    /// The same bytes as a file of a host: that host has no connections, and the daemon dies.
    @Test func aStreamThatCoversConnectionsIsForecastAsBefore() throws {
        let forecast = try RestoreForecast(nodes(nil), for: XenVersion("4.17"))
        #expect(!forecast.isUnknown)
        #expect(forecast.effect == .dies)
    }

    /// A part of a host that `rebuild` made has a ring, and may be restored.
    @Test func aPartWithARingIsForecastAsItIs() throws {
        let forecast = try RestoreForecast(nodes(Self.ofCapture, hasRing: true), for: XenVersion("4.17"))
        #expect(!forecast.isUnknown)
        #expect(forecast.effect == .dies)
    }

    /// What a daemon would do with a file that is cut off does not depend on what it covers.
    @Test func aDamagedFileIsForecastAsItIs() throws {
        let image = ScannedImage(salvaging: Array(Fixtures.bytes("xen-4.17-seq-1.bin")[..<200]))
        #expect(!image.coverage.covers(.connections))
        #expect(try !RestoreForecast(image).isUnknown)
    }
}
