import Testing
import XenstoreStream

/// The queries of the groups devices and domains.
@Suite struct DeviceQueryTests {
    @Test func backendMismatchShowsARedirectedDevice() throws {
        let redirected =
            Host.base + Host.home(5, "guest") + [
                node("/local/domain/5/device/vif/0/backend", "/local/domain/5/fake", "n5"),
                node("/libxl/5/device/vif/0/backend", "/local/domain/0/backend/vif/5/0"),
                node("/libxl/5/device/vbd/1/backend", "/local/domain/0/backend/vbd/5/1"),
            ]
        try finds(
            "backend_mismatch", redirected,
            ["/local/domain/5/device/vif/0|/local/domain/5/fake|/local/domain/0/backend/vif/5/0"])
        try findsNothing("backend_mismatch")
    }

    @Test func deviceStateShowsDevicesThatDoNotWork() throws {
        func device(_ number: Int, _ front: String?, _ back: String?) -> [RecordBody] {
            let frontend = "/local/domain/1/device/vif/\(number)"
            let backend = "/local/domain/0/backend/vif/1/\(number)"
            return [node(frontend), node(frontend + "/backend", backend)]
                + (front.map { [node(frontend + "/state", $0)] } ?? [])
                + (back.map { [node(backend + "/state", $0)] } ?? [])
        }
        let bodies = device(0, "4", "4") + device(1, "3", "2") + device(2, nil, "4") + device(3, "4", nil)
        let start = "/local/domain/1/device/vif/"
        let end = "/local/domain/0/backend/vif/1/"
        try finds(
            "device_state", bodies, ["\(start)1|3|\(end)1|2", "\(start)2|NULL|\(end)2|4", "\(start)3|4|\(end)3|NULL"])
        try findsNothing("device_state", device(0, "4", "4"))
    }

    @Test func orphanBackendShowsEndsWithoutAnOtherEnd() throws {
        let backend = "/local/domain/0/backend/"
        let bodies =
            Host.healthy + [
                node(backend + "vif/8/0/frontend", "/local/domain/8/device/vif/0"),
                node(backend + "vif/5/1/frontend", "/local/domain/5/device/vif/1"),
                node("/local/domain/5/device/vbd/1/backend", backend + "vbd/5/1", "n5"),
            ]
        try finds(
            "orphan_backend", bodies,
            [
                "\(backend)vif/5/1|/local/domain/5/device/vif/1|the frontend is missing",
                "\(backend)vif/8/0|/local/domain/8/device/vif/0|the frontend's domain is gone",
                "/local/domain/5/device/vbd/1|\(backend)vbd/5/1|the backend is missing",
            ])
        try findsNothing("orphan_backend")
        try findsNothing("orphan_backend", Host.part)
    }

    @Test func homeVersusConnectionShowsHalfBuiltAndHalfGoneGuests() throws {
        let bodies =
            Host.healthy + [Host.guest(4, 6)] + [
                node("/local/domain/8", "", "n0,r8"), node("/local/domain/8/name", "zombie"),
            ]
        try finds(
            "home_vs_connection", bodies, ["6|a connection, but no home|NULL", "8|a home, but no connection|zombie"])
        try findsNothing("home_vs_connection")
        try findsNothing("home_vs_connection", Host.part)
    }

    @Test func duplicateIdentityShowsNamesUUIDsChannelsAndIDsTwice() throws {
        let twins =
            Host.base + Host.home(5, "twin") + [
                ring(4, of: 6, uniqueID: 77), ring(5, of: 7, uniqueID: 77), node("/local/domain/6/name", "twin"),
                node("/local/domain/6/vm", "/vm/uuid-5"), node("/local/domain/7/vm", "/vm/nowhere"),
            ]
        try finds(
            "duplicate_identity", twins,
            [
                "event channel|9|6 7", "name|twin|5 6", "unique-id|77|6 7", "uuid|uuid-5|5 6",
            ])
        try finds("vm_node_missing", twins, ["7|nowhere"])
        try findsNothing("vm_node_missing")
        try findsNothing("duplicate_identity")
    }

    @Test func stubdomTargetsTellsWhatARestoreLoses() throws {
        let bodies = [
            ring(1, of: 3, target: 1), ring(2, of: 1), ring(3, of: 4, target: 1), ring(4, of: 5, target: 9),
            socket(5, descriptor: 7),
        ]
        try finds(
            "stubdom_targets", bodies,
            ["3|1|lost: the target comes later in the stream", "4|1|kept", "5|9|the target has no connection"])
        try findsNothing("stubdom_targets", [ring(1, of: 3), socket(5, descriptor: 7)])
    }
}
