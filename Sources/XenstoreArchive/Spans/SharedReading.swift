import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The items of a generation, read by two threads at the same time, each through a connection of
/// its own.
///
/// One thread calls `read`, another `help`; `items` is for when both have returned. Reading rows is
/// all work of the processor: two take half as long as one.
final class SharedReading {
    private let database: Database
    private let generation: Generation
    /// Nil if one thread reads all.
    private let slices: PathSlices?
    private var front = Part()
    private var back = Part()
    private var isInTransaction = false

    /// What one thread has read.
    private struct Part {
        var bytes: [UInt8] = []
        var items: [EncodedItems.Item] = []
        /// Where the items of each slice begin.
        var starts: [Int] = []
    }

    /// A second connection takes some milliseconds, as long as reading so many records.
    static let leastRecords: Int64 = 20_000

    /// - Parameter least: the least records for which a second thread may help.
    init(_ database: Database, _ generation: Generation, least: Int64 = leastRecords) throws {
        self.database = database
        self.generation = generation
        guard generation.recordCount >= least, !database.isAlone, sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1,
            try database.beginReading()
        else {
            slices = nil
            return
        }
        isInTransaction = true
        slices = try PathSlices(database, chainID: generation.chainID)
    }

    deinit {
        end()
    }

    private func end() {
        if isInTransaction { database.endReading() }
        isInTransaction = false
    }

    /// Reads all that the other thread does not read; call it in the thread of the database.
    /// - Parameter progress: called periodically with the number of bytes that this thread has
    ///   encoded.
    func read(progress: (Int) -> Void = { _ in }) throws {
        guard let slices else {
            let all = try EncodedItems(database, generation, progress: progress)
            front = Part(bytes: all.bytes, items: all.items)
            return
        }
        var reader = try ItemReader(database, generation, .slice)
        reader.reserve(try database.plausibleCount(generation.size))
        var part = Part()
        func take(_ item: EncodedItems.Item, _ bytes: inout [UInt8]) {
            part.items.append(item)
            if part.items.count % 4096 == 0 { progress(bytes.count) }
        }
        try reader.readOthers(take)
        while let ids = slices.next(fromBack: false) { try Self.read(ids, &reader, take) }
        part.bytes = reader.takeBytes()
        front = part
    }

    /// Reads nodes as long as the other thread has not read all of them.
    func help() throws {
        guard let slices, let companion = database.companion() else { return }
        try SchemaCheck.checkForReading(companion)
        var reader = try ItemReader(companion, generation, .slice)
        var part = Part()
        while let ids = slices.next(fromBack: true) {
            part.starts.append(part.items.count)
            try Self.read(ids, &reader) { item, _ in part.items.append(item) }
        }
        part.bytes = reader.takeBytes()
        back = part
    }

    private static func read(_ ids: ClosedRange<Int64>, _ reader: inout ItemReader, _ take: ItemReader.Take) throws {
        try reader.readNodes(
            bindings: { nodes in
                try nodes.bind(3, ids.lowerBound)
                try nodes.bind(4, ids.upperBound)
            }, take)
    }

    /// What both have read.
    func items() -> EncodedItems {
        end()
        let offset = front.bytes.count
        front.bytes += back.bytes
        back.bytes = []
        var end = back.items.count
        // The slices came from the back.
        for start in back.starts.reversed() {
            for item in back.items[start..<end] { front.items.append(item.moved(by: offset)) }
            end = start
        }
        back.items = []
        return EncodedItems(bytes: front.bytes, items: front.items)
    }
}
