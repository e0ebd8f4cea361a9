import Testing
import XenstoreStream

@testable import XenstoreAnalysis

@Suite struct ConcernedDomainTests {
    @Test(
        arguments: [
            ("/local/domain/3", 3), ("/local/domain/3/memory/target", 3), ("/local/domain/0/backend/vif/7/0/state", 7),
            ("/local/domain/2/backend/vbd/7", 7),
            ("/local/domain/0/backend/vif", 0), ("/local/domain/0/backend", 0), ("/libxl/12/device/vif/0", 12),
            ("/local/domain/65535/x", 65535),
            ("/local/domain/5/device/backend/9/8/7", 5),
            ("/local/domain/4/device-model/3/state", 3), ("/local/domain/0/error/backend/vif/7/0", 7),
            ("/local/domain/0/device-model", 0), ("/xenops/domain/9/device", 9), ("/vm/u/domains/9/create-time", 9),
            ("@releaseDomain/9", 9),
            // Names that are not domids.
            ("/local/domain/03/x", nil), ("/local/domain/0/backend/vif/07", 0), ("/vm/u/domains", nil),
            ("/local/domain/65536/x", nil), ("/local/domain", nil), ("/local/domain/", nil), ("/local/domain/x/7", nil),
            ("/local", nil), ("/", nil), ("", nil),
            ("/libxl", nil), ("/libxl/x", nil), ("/vm/00000000-0000-0000-0000-000000000001", nil),
            ("local/domain/3", nil), ("x/local/domain/3", nil), ("@releaseDomain", nil),
            ("/local/domain/+3", nil),
        ] as [(String, UInt16?)])
    func aPathIsAboutOneDomainAtMost(_ path: String, _ domid: UInt16?) {
        #expect(Change.concernedDomid(Octets(path.utf8)) == domid)
    }
}
