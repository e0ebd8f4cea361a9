import Testing
import XenstoreStream

/// The queries of the group access.
@Suite struct AccessQueryTests {
    @Test func specialNodesShowsWhoseAccessWasChanged() throws {
        let bodies = [
            node("@releaseDomain", "", "n0"), node("@introduceDomain", "", "r0"), node("/", "", "r0"), node("@other"),
        ]
        try finds("special_nodes", bodies, ["@introduceDomain|r0|every domain is a reader"])
        let verdicts = [
            "n0,r4:stale": "stale entry: domain 4", "n0,r1,b5": "extra reader: domain 1; extra reader: domain 5",
            "n4": "owner: domain 4", "n0,w4": "extra entry: domain 4", "w0": "changed",
            "n0,r32757,r2": "entry for every domain; extra reader: domain 2",
        ]
        for (perms, verdict) in verdicts {
            try finds("special_nodes", [node("@releaseDomain", "", perms)], ["@releaseDomain|\(perms)|\(verdict)"])
        }
        try findsNothing("special_nodes", [node("@releaseDomain", "", "n0,r32757")])
        try findsNothing(
            "special_nodes",
            [node("@releaseDomain", "", "n0"), node("@introduceDomain", "", "n0"), node("/", "", "r0")])
    }

    @Test func writeOutsideHomeShowsOwnersEntriesDefaultsAndTargets() throws {
        let stubdom = [Host.guest(4, 6, target: 5), Host.guest(5, 7)]
        let bodies =
            Host.healthy + stubdom + [
                node("/tool/owned", "", "n5"), node("/tool/entry", "", "n0,w7"), node("/tool/open", "", "b0,n7"),
                node("/tool/read", "", "r0,r7"),
                node("/tool/stale", "", "n0,b7:stale"), node("/tool/first", "", "n0,r7,b7"),
                node("/local/domain/7/own", "", "n7"),
                node("/local/domain/70/other", "", "n7"), node("/tool/gone", "", "n0,b9"),
            ]
        try finds(
            "write_outside_home", bodies,
            [
                "NULL|both|default b0|/tool/open|b0,n7", "5|both|owner|/tool/owned|n5",
                "6|both|owner is its target, 5|/tool/owned|n5",
                "7|both|owner|/local/domain/70/other|n7", "7|w|entry w7|/tool/entry|n0,w7",
            ])
        try findsNothing("write_outside_home", Host.healthy + stubdom)
    }

    @Test func worldAccessShowsNodesOfDomain0OpenToAll() throws {
        let bodies = [
            node("/w", "1", "w0"), node("/r", "2", "r0,w5"), node("/b", "3", "b0"), node("/n", "4", "n0,r5"),
            node("/g", "5", "r5"),
            ring(1, of: 5), pendingNode(1, tx: 1, "/p", "", "r0"),
        ]
        try finds("world_access", bodies, ["read and write|/b|b0|3", "read|/r|r0,w5|2", "write|/w|w0|1"])
        try findsNothing("world_access", [node("/n", "4", "n0,r5,w6"), node("/g", "5", "r5")])
    }

    @Test func crossReadShowsWhoSeesAnothersHome() throws {
        let bodies =
            Host.healthy + [Host.guest(4, 6, target: 5), Host.guest(5, 7)] + [
                node("/local/domain/5/data/secret", "", "n5,r7"), node("/local/domain/5/data/open", "", "r5"),
                node("/local/domain/5/data/written", "", "n5,w7"), node("/local/domain/0/data", "", "n0,r7"),
                node("/local/domain/7/data", "", "n0,r7"),
            ]
        try finds(
            "cross_read", bodies,
            ["NULL|default r5|/local/domain/5/data/open|r5", "7|entry r7|/local/domain/5/data/secret|n5,r7"])
        try findsNothing("cross_read", Host.healthy + [Host.guest(4, 6, target: 5)])
    }

    @Test func crossWriteFindsWritersOfOtherHomes() throws {
        let bodies =
            Host.healthy + [Host.guest(4, 6, target: 5), Host.guest(5, 7)] + [
                node("/local/domain/5/data/shared", "", "n5,b7"), node("/local/domain/5/data/open", "", "w5"),
                node("/local/domain/5/data/read", "", "n5,r7"), node("/local/domain/0/data", "", "n0,w7"),
                node("/vm/of-5", "", "n5,w7"),
            ]
        try finds(
            "cross_write", bodies,
            [
                "NULL|w|default w5|/local/domain/5/data/open|w5",
                "7|both|entry b7|/local/domain/5/data/shared|n5,b7",
            ])
        try findsNothing("cross_write", Host.healthy + [Host.guest(4, 6, target: 5)])
    }

    @Test func accessListsWhatADomainMayDo() throws {
        let bodies = [
            ring(1, of: 0), ring(2, of: 5), node("/a", "", "n5"), node("/b", "", "r0,n5"), node("/c", "", "n0"),
            pendingNode(2, tx: 1, "/p", "", "n5"),
        ]
        try finds(
            "access", bodies, ["domid": "5"],
            [
                "/a|both|yes|yes|owner|n5|c-4.18", "/b|none|no|no|entry n5|r0,n5|c-4.18",
                "/c|none|no|no|default n0|n0|c-4.18",
            ])
        try finds("access", bodies, ["domid": "5", "path": "/b"], ["/b|none|no|no|entry n5|r0,n5|c-4.18"])
        // A domain that nothing in the archive names.
        try finds(
            "access", bodies, ["domid": "4711"],
            [
                "/a|none|no|no|default n5|n5|c-4.18", "/b|r|no|no|default r0|r0,n5|c-4.18",
                "/c|none|no|no|default n0|n0|c-4.18",
            ])
        try findsNothing("access", bodies, ["domid": "5", "path": "/nowhere"])
    }

    @Test func foreignOwnerShowsGivenAwayNodes() throws {
        let bodies =
            Host.healthy + [Host.guest(4, 6, target: 5)] + [
                node("/local/domain/5/data/gift", "", "n7"), node("/local/domain/5/data/stub", "", "n6"),
                node("/local/domain/0/x", "", "n5"),
            ]
        try finds("foreign_owner", bodies, ["0|5|/local/domain/0/x|n5", "5|7|/local/domain/5/data/gift|n7"])
        try findsNothing(
            "foreign_owner", Host.healthy + [Host.guest(4, 6, target: 5), node("/local/domain/5/data/stub", "", "n6")])
    }

    @Test func trustedTreesShowsWhatGuestsHoldThere() throws {
        let bodies =
            Host.healthy + [
                node("/libxl/5/owned", "", "n5"), node("/vm/x", "", "n0,w5"), node("/tool/x", "", "b0"),
                node("/tool/y", "", "n0,r5,b6:stale"),
                node("/libxlish", "", "n5"), node("/tool/z", "", "n0:stale"),
                node("/vm/shadowed", "", "n0,r5,w5"), node("/vm/later", "", "n0,w9"),
            ]
        try finds("trusted_trees", bodies, ["/libxl/5/owned|n5", "/tool/x|b0", "/vm/later|n0,w9", "/vm/x|n0,w5"])
        try findsNothing(
            "trusted_trees", Host.healthy + [node("/tool/y", "", "r0,r5,b6:stale"), node("/elsewhere", "", "b5")])
    }
}
