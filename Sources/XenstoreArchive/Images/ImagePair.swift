import XenstoreStream

/// Two images side by side, without the committed nodes that are plainly the same in both: what a comparison need not look at.
package struct ImagePair {
    private let old: Side
    private let new: Side

    /// One of the images, and which of its records to look at.
    struct Side {
        let reader: RecordReader
        let ranges: [Range<Int>]

        func forEachRecord(_ body: (RecordBody) throws -> Void) rethrows {
            for range in ranges {
                if let record = reader.body(in: range) { try body(record) }
            }
        }
    }

    /// - Throws: `ArchiveError` where an archived image cannot be read.
    package init(_ old: ImageSource, _ new: ImageSource) throws {
        // Of several nodes with one path each is a thing of its own, and which is which shows only where all are seen.
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

    /// Reads both images, at the same time unless they come from one connection to an archive.
    private static func both<Read>(
        _ old: Archive?, _ new: Archive?, _ first: () throws -> Read, _ second: () throws -> Read
    ) throws -> (Read, Read) {
        if let old, old === new { return (try first(), try second()) }
        return try concurrently(first, second)
    }

    /// The records of an archived image but for the committed nodes that did not change between two generations of its chain.
    private static func changed(
        _ archive: Archive, _ image: ArchivedImage, _ generations: ClosedRange<Int64>
    ) throws -> Side {
        let encoded = try image.stream.encoded(archive.database, .changed, since: generations)
        let items = encoded.items.filter { Int($0.table) != SpanTable.damageIndex }
        return Side(
            reader: RecordReader(stream: encoded.bytes, format: image.stream.format), ranges: items.map(\.range))
    }

    package func forEachOldRecord(_ body: (RecordBody) throws -> Void) rethrows {
        try old.forEachRecord(body)
    }

    package func forEachNewRecord(_ body: (RecordBody) throws -> Void) rethrows {
        try new.forEachRecord(body)
    }

    /// An image's items as ranges of bytes.
    struct Items {
        let reader: RecordReader
        let frames: SequenceMatch.Frames
        /// Which of them are damaged spans.
        let isDamage: (Int) -> Bool

        /// The records that `isWanted` says, by their index, and all others that are no committed nodes.
        func side(where isWanted: (Int) -> Bool) -> Side {
            var ranges: [Range<Int>] = []
            for index in 0..<frames.count where !isDamage(index) {
                if isWanted(index) || !reader.isCommittedNode(in: frames[index]) { ranges.append(frames[index]) }
            }
            return Side(reader: reader, ranges: ranges)
        }
    }
}
