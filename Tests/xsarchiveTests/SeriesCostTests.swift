import TestSupport
import Testing
import XenstoreStream

/// What questions about a series cost, in steps of SQLite's virtual machine, which do not depend on
/// the computer.
@Suite struct SeriesCostTests {
    /// What a query costs in an archive with a series in which the node /a changes with every
    /// image, and / stays the same. Domain 7, which the nodes' permissions name, is connected in
    /// the first image. A query of an image asks the newest.
    private func steps(_ query: String, images: Int, path: String = "/a") throws -> Int {
        let place = Workplace()
        for number in 1...images {
            var stream = HandmadeStream(nodes: [("/", ""), ("/a", "\(number)")])
            stream.ring = number == 1 ? 7 : 0
            stream.watches = [(Octets("/no".utf8), Octets("t".utf8))]
            place.write(try stream.bytes(), "\(number).bin")
        }
        expectDone(place.run("import", "-q", "."))
        let script = [
            ".param init", ".param set :path \(path)", ".param set :series main", ".param set :domid 0",
            ".param set :image_id \(images)", ".stats vmstep",
            ".read \(Fixtures.root)/queries/\(query).sql", "",
        ]
        place.write(Array(script.joined(separator: "\n").utf8), "script")
        let outcome = place.shell("sqlite3 -batch xsarchive.db < script")
        let line = try #require(outcome.lines.first { $0.hasPrefix("VM-steps: ") }, "\(outcome)")
        return try #require(Int(line.dropFirst("VM-steps: ".count)))
    }

    @Test(arguments: ["first_last_seen", "flapping", "path_history"]) func fourTimesTheImagesAreFourTimesTheWork(
        _ query: String
    ) throws {
        let few = try steps(query, images: 30)
        let many = try steps(query, images: 120)
        #expect(few > 500 && many < 5 * few, "\(few), \(many)")
    }

    @Test(arguments: ["first_last_seen", "domain_log"]) func imagesInWhichNothingHappensCostNothing(
        _ query: String
    ) throws {
        let few = try steps(query, images: 30, path: "/")
        let many = try steps(query, images: 120, path: "/")
        #expect(few > 100 && many < few + 50, "\(few), \(many)")
    }

    /// Each image leaves a closed span, which the queries pass over.
    @Test(arguments: [
        "dead_owner", "dead_grantee", "watch_no_node", "watch_shapes", "watches_by_domain", "watch_unreadable",
        "quota_usage",
    ])
    func theNewestImageCostsHardlyMoreInALongSeries(_ query: String) throws {
        let few = try steps(query, images: 30)
        let many = try steps(query, images: 120)
        #expect(few > 100 && many < few + 90 * 20, "\(few), \(many)")
    }
}
