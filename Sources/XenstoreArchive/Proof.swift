import XenstoreStream

/// Proves, before an import is committed, that the tables give the image back byte for byte.
struct Proof {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Encodes the stream from the tables in their present state. If this throws, roll the
    /// transaction back.
    ///
    /// At the beginning of a chain every row is read. After another stream the kept rows have been
    /// read in this transaction, when that stream was compared with the image, and closing spans
    /// has changed exactly the rows that are not kept. So only the new rows are read.
    ///
    /// The bytes of each item are compared with those of the image, whose SHA-256 is the stream's:
    /// that takes a third of the time of a second SHA-256, and no memory.
    func prove(_ streamID: Int64, _ placement: Placement, _ image: ScannedImage) throws {
        do {
            let stream = try ArchivedStream.load(database, streamID: streamID)
            // A text's lines are made from its records, so the kept ones must be read, too.
            if stream.format.layout.isText {
                try stream.encode(database) { _ in }
            } else {
                try proveEnds(stream, image)
                try proveOrder(stream, placement.ords)
                try proveNew(stream, placement, image)
                if let before = placement.before { try proveKept(before, image) }
            }
        } catch let error as ArchiveError where error.code == .damaged {
            throw ArchiveError(
                .notReproducible,
                "the tables do not give the image back byte for byte, so nothing was stored (\(error)); "
                    + "this is a defect of xsarchive: report it with the image")
        }
    }

    private func difference(_ what: String) -> ArchiveError {
        ArchiveError(.damaged, "\(database.path): \(what)")
    }

    /// What comes before the first item and after the last, and what the stream's row says of all.
    private func proveEnds(_ stream: ArchivedStream, _ image: ScannedImage) throws {
        let start = image.starts.first ?? 0
        let end = image.starts.last ?? 0
        guard stream.sha256 == image.sha256, Int(stream.size) == image.bytes.count,
            stream.header?.bytes ?? [] == Array(image.bytes[..<start]), stream.trailer == image.bytes[end...]
        else { throw difference("the row of stream \(stream.streamID) is not that of the image") }
    }

    /// Whether reading by order keys, or by the list of the order, gives the order of the image.
    private func proveOrder(_ stream: ArchivedStream, _ ords: [Int64]) throws {
        let sorted: [Int64]
        let places: [Int]?
        if let order = stream.itemOrder {
            sorted = ords.sorted()
            places = ItemOrder.decode(order, count: ords.count)
            guard places != nil else { throw difference("the order of the items cannot be read") }
        } else {
            (sorted, places) = (ords, nil)
        }
        for index in ords.indices {
            guard index == 0 || sorted[index - 1] < sorted[index],
                places.map({ sorted[$0[index]] == ords[index] }) ?? true
            else { throw difference("the order keys do not give the order of the image") }
        }
    }

    /// The items that are new are exactly those that begin in the generation.
    private func proveNew(_ stream: ArchivedStream, _ placement: Placement, _ image: ScannedImage) throws {
        let new = placement.ords.indices.filter(placement.isNew)
        var isProved = Array(repeating: false, count: new.count)
        // The place in `new` where the next item probably is.
        var next = 0
        func prove(_ item: EncodedItems.Item, _ bytes: inout [UInt8]) throws {
            if next >= new.count || placement.ords[new[next]] != item.ord {
                next = Self.place(of: item.ord, in: new, placement.ords)
            }
            guard next < new.count, placement.ords[new[next]] == item.ord, !isProved[next],
                image.hasBytes(bytes, item.range, at: new[next])
            else { throw difference("the new span with ord \(item.ord) is not that of the image") }
            isProved[next] = true
            next += 1
            if bytes.count > 1 << 16 { bytes.removeAll(keepingCapacity: true) }
        }
        try stream.reading(database) {
            var reader = try ItemReader(database, stream.generation, placement.before == nil ? .all : .begun)
            try reader.readOthers(prove)
            try reader.readNodes(prove)
        }
        if let missing = isProved.firstIndex(of: false) {
            throw difference("the new span with ord \(placement.ords[new[missing]]) is missing")
        }
    }

    /// The place of an order key in a list of items whose keys rise; the end of the list if it is
    /// greater than all.
    private static func place(of ord: Int64, in list: [Int], _ ords: [Int64]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if ords[list[middle]] < ord { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The items that are kept have the bytes that were read from the tables.
    private func proveKept(_ before: Placement.Predecessor, _ image: ScannedImage) throws {
        let tip = before.tip
        for (index, match) in before.matches.enumerated() where match >= 0 {
            guard image.hasBytes(tip.encoded.bytes, tip.encoded.items[match].range, at: index)
            else { throw difference("the kept span with ord \(tip.ords[match]) is not that of the image") }
        }
    }
}

extension ScannedImage {
    /// Whether an item has these bytes, and no others.
    fileprivate func hasBytes(_ bytes: [UInt8], _ range: Range<Int>, at index: Int) -> Bool {
        let own = self.range(index)
        return own.count == range.count
            && bytes.withUnsafeBytes { self.bytes.hasBytes($0[range], at: own.lowerBound) }
    }
}
