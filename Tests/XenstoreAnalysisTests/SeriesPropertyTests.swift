import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Random series of whole images and listings of parts, which come late, are repeated and removed:
/// histories, differences and references equal what is computed from the images alone.
@Suite struct SeriesPropertyTests {
    /// An image as the test remembers it.
    private struct Observed {
        let imageID: Int64
        let name: String
        /// Text whose order is that of time.
        let time: String
        /// The nodes as path and value.
        let nodes: [String: String]
        /// The target of each domain with a ring connection; of several, that of the last one.
        var rings: [UInt16: UInt16] = [:]
        /// Their conn-ids, domids and targets.
        var records: [[UInt16]] = []
        /// The only subtree that it covers; nil: everything.
        let subtree: String?

        func covers(_ path: String) -> Bool {
            subtree.map { path == $0 || path.hasPrefix($0 + "/") } ?? true
        }
    }

    private static let domids: [UInt16] = [5, 7]
    private static let paths = ["/a", "/a/x", "/a/y", "/b", "/b/x", "/b/x/y"]

    /// A series in an archive, and what the test knows of it.
    private struct Series {
        let answers: QueryAnswers
        var observed: [Observed] = []
        var random: SeededGenerator

        init(seed: UInt64) throws {
            answers = try QueryAnswers()
            random = SeededGenerator(seed: seed)
        }

        /// The images in the order of time.
        var ordered: [Observed] {
            observed.sorted { ($0.time, $0.imageID) < ($1.time, $1.imageID) }
        }

        /// Stores a new image, or one that was stored before, at a random time of the past.
        mutating func grow() throws {
            let time = "2026-0\(1 + random.below(9))-1\(random.below(10))T0\(random.below(10)):00:00"
            let fraction = random.chance(30) ? ".\(1 + random.below(9))" : ""
            let name = "n\(random.below(3))"
            guard !observed.contains(where: { $0.time == time + fraction && $0.name == name }) else { return }
            if random.chance(30), let old = observed.randomElement(using: &random), old.subtree == nil {
                return try store(old.nodes, name, time + fraction, old.records)
            }
            var nodes: [String: String] = [:]
            for path in SeriesPropertyTests.paths where random.chance(70) { nodes[path] = "\(random.below(3))" }
            if random.chance(30) {
                try storePart(nodes, random.chance(50) ? "/a" : "/b/x", name, time + fraction)
            } else {
                try store(nodes, name, time + fraction, randomRings())
            }
        }

        /// Conn-id, domid and target of ring connections: some of one domain twice.
        private mutating func randomRings() -> [[UInt16]] {
            var rings: [[UInt16]] = []
            for domid in SeriesPropertyTests.domids where random.chance(70) {
                for _ in 0..<(random.chance(15) ? 2 : 1) {
                    rings.append([UInt16(2 + rings.count + random.below(2)), domid, UInt16(random.below(2) * 9)])
                }
            }
            return rings
        }

        private mutating func store(
            _ nodes: [String: String], _ name: String, _ time: String, _ rings: [[UInt16]]
        ) throws {
            let bodies = nodes.sorted { $0.key < $1.key }.map { node($0.key, $0.value) }
            let connections = [ring(1, of: 0)] + rings.map { ring(UInt32($0[0]), of: $0[1], target: $0[2]) }
            let id = try answers.store(connections + bodies, name: name, at: time + "Z")
            var image = Observed(imageID: Int64(id) ?? 0, name: name, time: time, nodes: nodes, subtree: nil)
            for ring in rings { image.rings[ring[1]] = ring[2] }
            image.records = rings
            observed.append(image)
        }

        private mutating func storePart(
            _ nodes: [String: String], _ subtree: String, _ name: String, _ time: String
        ) throws {
            let part = nodes.filter { $0.key == subtree || $0.key.hasPrefix(subtree + "/") }
            guard !part.isEmpty else { return }
            let lines = part.sorted { $0.key < $1.key }.map { "\($0.key) = \"\($0.value)\"   (n0)" }
            let image = try ScannedImage(bytes: Array(lines.map { $0 + "\n" }.joined().utf8), layout: .listing)
            let archive = answers.archive
            let id = try Importer(archive).store(image, label: ImageLabel(name: name, capturedAt: time + "Z")).imageID
            let stream = try archive.image(id: id).stream.streamID
            try archive.database.execute(
                """
                DELETE FROM stream_coverage WHERE stream_id = \(stream);
                INSERT INTO stream_coverage VALUES (\(stream), 'nodes', '\(subtree)', 1, 1),
                                                   (\(stream), 'permissions', '\(subtree)', 1, 1)
                """)
            try SeriesSteps(archive.database).computeAll()
            observed.append(Observed(imageID: id, name: name, time: time, nodes: part, subtree: subtree))
        }

        mutating func shrink() throws {
            guard observed.count > 2, let index = observed.indices.randomElement(using: &random) else { return }
            let archive = answers.archive
            try Remover(archive).remove([archive.image(id: observed[index].imageID)])
            observed.remove(at: index)
        }
    }

    /// A path's stretches: value, first and last image, number of images, until.
    private func stretches(_ path: String, _ images: [Observed]) -> [String] {
        stretches(images, where: { $0.covers(path) }) { $0.nodes[path] }
    }

    /// The stretches of what images have that cover it.
    private func stretches(
        _ images: [Observed], where covers: (Observed) -> Bool, _ valueIn: (Observed) -> String?
    ) -> [String] {
        let steps = images.enumerated().filter { covers($0.element) }
        var rows: [(value: String, first: Int64, last: Int64, count: Int, until: String)] = []
        var before: String?
        for (_, image) in steps {
            let value = valueIn(image)
            if let value {
                if before == value {
                    rows[rows.count - 1].last = image.imageID
                    rows[rows.count - 1].count += 1
                } else {
                    if before != nil { rows[rows.count - 1].until = "changed" }
                    rows.append((value, image.imageID, image.imageID, 1, ""))
                }
            } else if before != nil {
                rows[rows.count - 1].until = "removed"
            }
            before = value
        }
        if let last = rows.indices.last, rows[last].until.isEmpty {
            rows[last].until = steps.last?.offset == images.count - 1 ? "now" : "unknown"
        }
        return rows.map { "\($0.value)|\($0.first)|\($0.last)|\($0.count)|\($0.until)" }
    }

    /// What differs between two images, as far as both cover it.
    private func changes(_ old: Observed, _ new: Observed) -> [String] {
        Self.paths.compactMap { path in
            switch (old.nodes[path], new.nodes[path]) {
            case (nil, let value?) where old.covers(path): "added|\(path)|NULL|\(value)"
            case (let value?, nil) where new.covers(path): "removed|\(path)|\(value)|NULL"
            case (let left?, let right?) where left != right: "changed|\(path)|\(left)|\(right)"
            default: nil
            }
        }
    }

    @Test(arguments: 0..<20) func aRandomSeriesIsWhatItsImagesSay(_ seed: UInt64) throws {
        var series = try Series(seed: seed)
        for _ in 0..<14 {
            try series.grow()
            if series.random.chance(15) { try series.shrink() }
        }
        let (images, answers, archive) = (series.ordered, series.answers, series.answers.archive)
        #expect(
            try answers.rows(sql: "SELECT image_id FROM series_steps ORDER BY step") == images.map { "\($0.imageID)" },
            "seed \(seed)")
        for path in Self.paths {
            #expect(
                try answers.rows(
                    sql: "SELECT value, first_image_id, last_image_id, images, until FROM node_lifetimes "
                        + "WHERE path = '\(path)' ORDER BY first_step") == stretches(path, images),
                "seed \(seed), \(path)")
        }
        for domid in Self.domids {
            #expect(
                try answers.rows(
                    sql: "SELECT target_domid, first_image_id, last_image_id, images, until FROM domain_lifetimes "
                        + "WHERE domid = \(domid) ORDER BY first_step")
                    == stretches(images, where: { $0.subtree == nil }) { $0.rings[domid].map(String.init) },
                "seed \(seed), domain \(domid)")
        }
        for old in images {
            for new in images where old.imageID != new.imageID {
                let sql =
                    "SELECT change, path, old_value, new_value FROM node_changes "
                    + "WHERE before_id = \(old.imageID) AND after_id = \(new.imageID) ORDER BY path"
                #expect(
                    try answers.rows(sql: sql) == changes(old, new), "seed \(seed), @\(old.imageID) @\(new.imageID)")
            }
        }
        for (back, image) in images.reversed().enumerated() {
            for text in ["@latest~\(back)", "@main:~\(back)"] {
                let reference = try #require(try ImageReference(text))
                #expect(try archive.image(reference).imageID == image.imageID, "seed \(seed), \(text)")
            }
        }
        for name in Set(images.map(\.name)) {
            let reference = try #require(try ImageReference("@main:\(name)"))
            let newest = images.last { $0.name == name }
            #expect(try archive.image(reference).imageID == newest?.imageID, "seed \(seed), \(name)")
        }
        var problems: [String] = []
        try Verifier(archive).run { result in
            if let problem = result.problem { problems.append(problem) }
        }
        #expect(problems == [], "seed \(seed)")
    }
}
