import XenstoreStream

/// Two images without the committed nodes that have the same bytes in both, and without all other
/// records if these are the same, in the same order: a comparison need not read those.
package struct ImagePair {
    private let old: Side
    private let new: Side
    /// Calls its argument with the places in both images of each committed node that is left out,
    /// in the order of the new image, until that returns false. A list of all would be as long as
    /// the image.
    private let forEachLeftOut: ((Places) -> Bool) throws -> Void
    /// The places of the other records that are left out and have an identity: all but quotas of
    /// the host and END.
    private let otherPlaces: () throws -> [Places]
    /// Whether a record that was not moved has the same place in both images.
    private let sharesPlaces: Bool

    /// A record to compare.
    package struct Item {
        /// Its place: a number that rises in the order of the image.
        package let place: Int
        /// Its fields.
        package let body: RecordBody
        /// What its fields do not explain; nil for a clean record, and if it is not wanted.
        package let residue: Residue?

        package init(place: Int, body: RecordBody, residue: Residue?) {
            (self.place, self.body, self.residue) = (place, body, residue)
        }
    }

    /// The places of a record that is in both images.
    package struct Places {
        let old, new: Int

        package init(old: Int, new: Int) {
            (self.old, self.new) = (old, new)
        }
    }

    /// One of the images, and the records to compare.
    struct Side {
        let reader: RecordReader
        let items: [(place: Int, range: Range<Int>)]
        /// The damaged spans, in order.
        let damages: [Octets]

        func forEachItem(_ type: RecordType?, residues: Bool, _ body: (Item) throws -> Void) rethrows {
            for (place, range) in items {
                if let type, reader.type(at: range.lowerBound) != type { continue }
                guard let record = reader.body(in: range) else { continue }
                try body(Item(place: place, body: record, residue: residues ? reader.residue(in: range) : nil))
            }
        }
    }

    /// Reads both images.
    /// - Throws: `ArchiveError` if an archived image cannot be read.
    package init(_ old: ImageSource, _ new: ImageSource) throws {
        if case .unchecked(let left) = old.origin, case .unchecked(let right) = new.origin,
            let streams = try left.inStep(with: right)
        {
            self.init(left, right, streams)
        } else {
            let (old, new) = try concurrently({ try old.checked() }, { try new.checked() })
            try self.init(checked: old, new)
        }
    }

    /// Two streams that were read in step.
    private init(_ left: UncheckedImage, _ right: UncheckedImage, _ streams: StreamsInStep) {
        func side(_ image: UncheckedImage, _ items: [StreamsInStep.Item]) -> Side {
            Side(
                reader: RecordReader(stream: image.bytes, format: image.format),
                items: items.map { ($0.place, $0.range) }, damages: [])
        }
        old = side(left, streams.oldItems)
        new = side(right, streams.newItems)
        otherPlaces = {
            let reader = RecordReader(stream: left.bytes, format: left.format)
            return streams.sameOthers.filter { Self.hasIdentity(reader, $0.range) }.map {
                Places(old: $0.old, new: $0.new)
            }
        }
        sharesPlaces = false
        forEachLeftOut = { body in
            for run in streams.runs {
                for number in 0..<run.count {
                    guard body(Places(old: run.old + number, new: run.new + number)) else { return }
                }
            }
        }
    }

    /// Reads two images of which it is known whether several nodes have one path.
    private init(checked old: ImageSource, _ new: ImageSource) throws {
        // If several nodes have one path, only a comparison of all of them shows which is which.
        let isUnique = try !old.hasDuplicateNodes() && !new.hasDuplicateNodes() && old.format == new.format
        if isUnique, case .archive(let archive, let left) = old.origin,
            case .archive(let other, let right) = new.origin,
            archive.database.isSameFile(as: other.database), left.stream.chainID == right.stream.chainID,
            left.stream.itemOrder == nil, right.stream.itemOrder == nil
        {
            let generations = min(left.stream.gen, right.stream.gen)...max(left.stream.gen, right.stream.gen)
            let isSame = try Self.haveSameOthers(archive.database, left.stream.chainID, generations)
            if isSame {
                let isForward = left.stream.gen <= right.stream.gen
                let sides = try Self.changedNodes(archive, isForward ? left.stream : right.stream, generations)
                (self.old, self.new) = isForward ? (sides.older, sides.newer) : (sides.newer, sides.older)
            } else {
                (self.old, self.new) = try Self.both(
                    archive, other, { try Self.records(archive, left, generations) },
                    { try Self.records(other, right, generations) })
            }
            forEachLeftOut = { try Self.forEachUnchanged(archive, left.stream.chainID, generations, $0) }
            otherPlaces = {
                isSame ? try Self.otherPlaces(archive.database, left.stream.chainID, generations.lowerBound) : []
            }
            sharesPlaces = true
            return
        }
        let (left, right) = try Self.both(old.archive, new.archive, old.frames, new.frames)
        var pairs = Array(repeating: -1, count: right.frames.count)
        if isUnique { pairs = SequenceMatch.pairs(old: left.frames, new: right.frames) }
        var isPaired = Array(repeating: false, count: left.frames.count)
        for pair in pairs where pair >= 0 { isPaired[pair] = true }
        self.old = left.side { !isPaired[$0] }
        self.new = right.side { pairs[$0] < 0 }
        sharesPlaces = false
        otherPlaces = { [] }
        forEachLeftOut = { [pairs] body in
            for (index, pair) in pairs.enumerated()
            where pair >= 0 && right.reader.isCommittedNode(in: right.frames[index]) {
                guard body(Places(old: pair, new: index)) else { return }
            }
        }
    }

    /// Reads both images; at the same time, unless they come from one connection to an archive.
    private static func both<Read>(
        _ old: Archive?, _ new: Archive?, _ first: () throws -> Read, _ second: () throws -> Read
    ) throws -> (Read, Read) {
        if let old, old === new { return (try first(), try second()) }
        return try concurrently(first, second)
    }

    /// Calls `body` with the old image's records, in the stream's order.
    /// - Parameters:
    ///   - type: the records to read; nil: all.
    ///   - residues: whether to read what the fields do not explain.
    /// - Throws: what `body` throws.
    package func forEachOldItem(
        of type: RecordType?, residues: Bool, _ body: (Item) throws -> Void
    ) rethrows {
        try old.forEachItem(type, residues: residues, body)
    }

    /// Calls `body` with the new image's records, in the stream's order.
    /// - Parameters:
    ///   - type: the records to read; nil: all.
    ///   - residues: whether to read what the fields do not explain.
    /// - Throws: what `body` throws.
    package func forEachNewItem(
        of type: RecordType?, residues: Bool, _ body: (Item) throws -> Void
    ) rethrows {
        try new.forEachItem(type, residues: residues, body)
    }

    /// The damaged spans of the old image, in order.
    package var oldDamages: [Octets] { old.damages }
    /// The damaged spans of the new image, in order.
    package var newDamages: [Octets] { new.damages }

    /// How many records of both images have to be moved to turn one order into the other.
    /// - Parameter compared: the places of those records that are in both images, of the ones to
    ///   compare.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    package func movedCount(_ compared: [Places]) throws -> Int {
        if sharesPlaces && compared.allSatisfy({ $0.old == $0.new }) { return 0 }
        let sorted = (compared + (try otherPlaces())).sorted { $0.old < $1.old }
        if try isInOrder(sorted) { return 0 }
        var places = sorted
        try forEachLeftOut {
            places.append($0)
            return true
        }
        places.sort { $0.old < $1.old }
        // The ranks of the new places, which may be any numbers.
        let values = places.map(\.new)
        let kept = SequenceMatch.longestRisingRun(SequenceMatch.ranks(values))
        return kept.count { $0 < 0 }
    }

    /// Whether the places of all nodes that are left out, and of these, which are sorted by the old
    /// ones, rise in both images. Almost every pair of images is so.
    private func isInOrder(_ compared: [Places]) throws -> Bool {
        var last = Places(old: .min, new: .min)
        var rest = compared[...]
        func follows(_ places: Places) -> Bool {
            defer { last = places }
            return places.old >= last.old && places.new >= last.new
        }
        var isInOrder = true
        try forEachLeftOut { places in
            while let next = rest.first, next.old < places.old, isInOrder {
                isInOrder = follows(next)
                rest.removeFirst()
            }
            isInOrder = isInOrder && follows(places)
            return isInOrder
        }
        return isInOrder && rest.allSatisfy(follows)
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
            var items: [(place: Int, range: Range<Int>)] = []
            var damages: [Octets] = []
            for index in 0..<frames.count {
                if isDamage(index) {
                    damages.append(frames.bytes[frames[index]])
                } else if isWanted(index) || !reader.isCommittedNode(in: frames[index]) {
                    items.append((index, frames[index]))
                }
            }
            return Side(reader: reader, items: items, damages: damages)
        }
    }
}
