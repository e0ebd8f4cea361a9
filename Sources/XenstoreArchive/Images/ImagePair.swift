import XenstoreStream

/// Two images without the committed nodes that have the same bytes in both: a comparison need not
/// read those.
package struct ImagePair {
    private let old: Side
    private let new: Side

    /// One of the images, and the records to compare.
    struct Side {
        let reader: RecordReader
        let ranges: [Range<Int>]

        func forEachRecord(_ body: (RecordBody) throws -> Void) rethrows {
            for range in ranges {
                if let record = reader.body(in: range) { try body(record) }
            }
        }
    }

    /// Reads both images.
    /// - Throws: `ArchiveError` if an archived image cannot be read.
    package init(_ old: ImageSource, _ new: ImageSource) throws {
        // If several nodes have one path, only a comparison of all of them shows which is which.
        let isUnique = try !old.hasDuplicateNodes() && !new.hasDuplicateNodes() && old.format == new.format
        if isUnique, case .archive(let archive, let left) = old.origin,
            case .archive(let other, let right) = new.origin,
            archive.database.path == other.database.path, left.stream.chainID == right.stream.chainID
        {
            let generations = min(left.stream.gen, right.stream.gen)...max(left.stream.gen, right.stream.gen)
            (self.old, self.new) = try Self.both(
                archive, other, { try Self.changed(archive, left, generations) },
                { try Self.changed(other, right, generations) })
            return
        }
        let (left, right) = try Self.both(old.archive, new.archive, old.frames, new.frames)
        var pairs = Array(repeating: -1, count: right.frames.count)
        if isUnique { pairs = SequenceMatch.pairs(old: left.frames, new: right.frames) }
        var isPaired = Array(repeating: false, count: left.frames.count)
        for pair in pairs where pair >= 0 { isPaired[pair] = true }
        self.old = left.side { !isPaired[$0] }
        self.new = right.side { pairs[$0] < 0 }
    }

    /// Reads both images; at the same time, unless they come from one connection to an archive.
    private static func both<Read>(
        _ old: Archive?, _ new: Archive?, _ first: () throws -> Read, _ second: () throws -> Read
    ) throws -> (Read, Read) {
        if let old, old === new { return (try first(), try second()) }
        return try concurrently(first, second)
    }

    /// The records of an archived image, without the committed nodes that did not change between
    /// two generations of its chain.
    private static func changed(
        _ archive: Archive, _ image: ArchivedImage, _ generations: ClosedRange<Int64>
    ) throws -> Side {
        let encoded = try image.stream.encoded(archive.database, .changed, since: generations)
        let items = encoded.items.filter { Int($0.table) != SpanTable.damageIndex }
        return Side(
            reader: RecordReader(stream: encoded.bytes, format: image.stream.format), ranges: items.map(\.range))
    }

    /// Calls `body` with the old image's records, in the stream's order.
    /// - Throws: what `body` throws.
    package func forEachOldRecord(_ body: (RecordBody) throws -> Void) rethrows {
        try old.forEachRecord(body)
    }

    /// Calls `body` with the new image's records, in the stream's order.
    /// - Throws: what `body` throws.
    package func forEachNewRecord(_ body: (RecordBody) throws -> Void) rethrows {
        try new.forEachRecord(body)
    }

    /// An image's items as ranges of bytes.
    struct Items {
        let reader: RecordReader
        let frames: SequenceMatch.Frames
        /// Whether the item with an index is a damaged span.
        let isDamage: (Int) -> Bool

        /// The records that `isWanted` accepts by their index, and all others that are not
        /// committed nodes.
        func side(where isWanted: (Int) -> Bool) -> Side {
            var ranges: [Range<Int>] = []
            for index in 0..<frames.count where !isDamage(index) {
                if isWanted(index) || !reader.isCommittedNode(in: frames[index]) { ranges.append(frames[index]) }
            }
            return Side(reader: reader, ranges: ranges)
        }
    }
}
