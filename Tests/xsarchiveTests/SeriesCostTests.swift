import TestSupport
import Testing

/// What questions about a series cost, in steps of SQLite's virtual machine, which do not depend on
/// the computer.
@Suite struct SeriesCostTests {
    /// An archive with a series in which one node changes with every image.
    private func steps(_ query: String, images: Int) throws -> Int {
        let place = Workplace()
        for number in 1...images {
            let stream = HandmadeStream(nodes: [("/", ""), ("/a", "\(number)")])
            place.write(try stream.bytes(), "\(number).bin")
        }
        expectDone(place.run("import", "-q", "."))
        let script = [
            ".param init", ".param set :path /a", ".param set :series main", ".stats vmstep",
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
}
