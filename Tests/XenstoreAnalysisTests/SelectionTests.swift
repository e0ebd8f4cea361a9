import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Parts of images.
@Suite struct SelectionTests {
    private static let records: [RecordBody] = {
        func busy(_ connID: UInt32, _ domid: UInt16, target: UInt16 = ConnectionData.noDomain) -> RecordBody {
            var data = ConnectionData(connID: connID, ringOf: domid, tdomid: target, evtchn: 9)
            (data.inData, data.outData, data.outRespLength) = ([1], [2, 3], 1)
            return .connection(data)
        }
        return [
            host[0], globalQuota(defaults: ["nodes": 10]), busy(1, 0), watch(1, "/tool", "a"), busy(2, 3),
            watch(2, "data", "b"), busy(3, 5, target: 3),
            watch(3, "data/x", "c"), socket(4, descriptor: 9), watch(4, "domain/5/data", "d"),
            watch(4, "/local/domain/5/data/y", "e"), transaction(3, tx: 7), transaction(2, tx: 8),
            node("/"), node("/local"), node("/local/domain"), node("/local/domain/3", "", "n3"),
            node("/local/domain/5", "", "n0,r5"),
            node("/local/domain/5/data", "v", "n5,r3"), node("/local/domain/55", "", "n0"), node("/tool", "", "n0,r3"),
            node("/tool/owned", "", "n5"),
            node("/vm", "", "n5:stale"), node("@releaseDomain", "", "n0,r5"),
            pendingNode(3, tx: 7, "/tool/new", "", "n5"),
            pendingNode(2, tx: 8, "/local/domain/5/data/z", "", "n3"), domain(3), domain(5),
        ]
    }()

    private func select(_ selections: Selection...) throws -> [RecordBody] {
        var plan = Rebuild()
        plan.selections = selections
        let stream = try Rebuilding.run(Self.records, .v1, plan)
        #expect(stream.alterations.lines == [])
        return try stream.bodies
    }

    private func paths(_ bodies: [RecordBody]) -> [String] {
        bodies.compactMap {
            if case .node(let data) = $0, data.isCommitted {
                String(decoding: data.path.octets, as: UTF8.self)
            } else {
                nil
            }
        }
    }

    /// conn-ids, with the number of bytes in the buffers.
    private func connections(_ bodies: [RecordBody]) -> [UInt32: Int] {
        var found: [UInt32: Int] = [:]
        for case .connection(let data) in bodies {
            found[data.connID] = data.inData.count + data.outData.count + Int(data.outRespLength)
        }
        return found
    }

    private func tokens(_ bodies: [RecordBody]) -> [String] {
        bodies.compactMap {
            if case .watch(let data) = $0 { String(decoding: data.token.octets, as: UTF8.self) } else { nil }
        }
    }

    private func pending(_ bodies: [RecordBody]) -> [String] {
        bodies.compactMap {
            if case .node(let data) = $0, !data.isCommitted {
                String(decoding: data.path.octets, as: UTF8.self)
            } else {
                nil
            }
        }
    }

    @Test func aDomainIsWhatAMigrationCarriesAndWhatThatNeeds() throws {
        let bodies = try select(.domain(5))
        #expect(
            paths(bodies) == [
                "/", "/local", "/local/domain", "/local/domain/5", "/local/domain/5/data", "/tool", "/tool/owned",
            ])
        // Its own connection is whole; domain 0 and domain 3 are named by permissions, and domain 3
        // is its target.
        #expect(connections(bodies) == [1: 0, 2: 0, 3: 4])
        #expect(tokens(bodies) == ["c"])
        #expect(pending(bodies) == ["/tool/new"])
        #expect(bodies.contains(transaction(3, tx: 7)) && !bodies.contains(transaction(2, tx: 8)))
        #expect(bodies.contains(domain(5)) && !bodies.contains(domain(3)))
        #expect(bodies.first == host[0] && !bodies.contains { $0.type == .globalQuotaData })
    }

    @Test func aSubtreeIsItsNodesWatchesAndTransactions() throws {
        let bodies = try select(.subtree(Octets("/local/domain/5/data".utf8)))
        #expect(paths(bodies) == ["/", "/local", "/local/domain", "/local/domain/5", "/local/domain/5/data"])
        #expect(tokens(bodies) == ["c", "e"])
        #expect(pending(bodies) == ["/local/domain/5/data/z"])
        #expect(bodies.contains(transaction(2, tx: 8)) && !bodies.contains(transaction(3, tx: 7)))
        // A socket needs domain 0.
        #expect(connections(bodies) == [1: 0, 2: 0, 3: 0, 4: 0])
    }

    @Test func theRootIsTheWholeTree() throws {
        let bodies = try select(.subtree(Octets("/".utf8)))
        #expect(paths(bodies) == paths(Self.records).filter { $0 != "@releaseDomain" })
        #expect(tokens(bodies) == ["a", "b", "c", "d", "e"])
    }

    @Test func aSpecialNodeCanBeSelected() throws {
        #expect(paths(try select(.subtree(Octets("@releaseDomain".utf8)))) == ["@releaseDomain"])
    }

    @Test func ofSeveralSelectionsAllIsKept() throws {
        let bodies = try select(.domain(3), .subtree(Octets("/vm".utf8)))
        // What is pending below domain 5 belongs to domain 3.
        #expect(
            paths(bodies) == [
                "/", "/local", "/local/domain", "/local/domain/3", "/local/domain/5", "/local/domain/5/data", "/vm",
            ])
        #expect(tokens(bodies) == ["b"])
        #expect(connections(bodies)[2] == 4)
    }

    @Test func whatIsNotThereCannotBeSelected() throws {
        #expect(throws: ArchiveError.self) { try select(.domain(9)) }
        #expect(throws: ArchiveError.self) { try select(.subtree(Octets("/local/domain/9".utf8))) }
        #expect(throws: ArchiveError.self) { try select(.domain(5), .domain(9)) }
        // A domain that has nodes but no connection any more.
        #expect(paths(try select(.domain(55))) == ["/", "/local", "/local/domain", "/local/domain/55"])
    }

    @Test(arguments: ["xen-4.17-seq-3.bin", "xen-4.22-small.bin"]) func everyDomainOfARealImageCanBeRestored(
        _ name: String
    ) throws {
        let source = try Images.fixture(name)
        var domids: [UInt16] = []
        try source.forEachRecord {
            if case .connection(let data) = $0, data.kind == .ring { domids.append(data.domid) }
        }
        for domid in domids {
            var plan = Rebuild()
            plan.selections = [.domain(domid)]
            let stream = try plan.run(source)
            #expect(stream.image.findings.filter { $0.severity == .error } == [])
            #expect(
                stream.warnings.allSatisfy { $0.contains("as stale") || $0.contains("leaves out") },
                "domain \(domid): \(stream.warnings)")
            let whole = try NodeTree(source)
            let part = try NodeTree(Images.source(stream.image.bytes, source.format.layout))
            for node in part.nodes {
                #expect(
                    whole.node(at: node.path)?.value == node.value && whole.node(at: node.path)?.perms == node.perms)
            }
        }
    }
}
