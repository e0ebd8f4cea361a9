import XenstoreStream

/// Makes TDB files as a C xenstored writes them, byte by byte and without the code that reads them.
public struct DatabaseBuilder {
    /// The forms in which the versions and machines write.
    public struct Form: Hashable, Sendable, CustomStringConvertible {
        /// Whether the daemon is of Xen 4.9 or later.
        public let isLater: Bool
        public let byteOrder: ByteOrder
        /// Whether the machine has 64 bits, on which later daemons store 4 bytes too many.
        public let is64Bit: Bool

        public static let all = [false, true].flatMap { later in
            ByteOrder.allCases.flatMap { order in
                [false, true].map { Form(isLater: later, byteOrder: order, is64Bit: $0) }
            }
        }

        public var description: String {
            "\(isLater ? "4.9" : "4.8")-\(byteOrder.rawValue)-\(is64Bit ? 64 : 32)"
        }
    }

    /// A node as it is written.
    public struct Node {
        public var path: String
        public var value: [UInt8] = []
        /// Domid and bits of each permission.
        public var perms: [(domid: UInt32, bits: UInt32)] = [(0, 0)]
        public var children: [String] = []
        public var generation: UInt64 = 1
        public var transaction: UInt64?

        public init(_ path: String, _ value: String = "", children: [String] = []) {
            self.path = path
            self.value = Array(value.utf8)
            self.children = children
        }
    }

    /// What a record is used for.
    public enum State {
        case used, freed
        /// Freed, and part of the freed record before it.
        case merged
    }

    private struct Entry {
        let key: [UInt8]
        let data: [UInt8]
        let slack: Int
        let state: State
    }

    public let form: Form
    public var chainCount = 131
    private var entries: [Entry] = []

    public init(_ form: Form) {
        self.form = form
    }

    /// Adds a record with a node.
    public mutating func add(_ node: Node, slack: Int = 0, state: State = .used) {
        let key = (node.transaction.map { "\($0)/" } ?? "") + node.path
        add(key: Array(key.utf8), data: data(of: node), slack: slack, state: state)
    }

    /// Adds a record with any key and data.
    public mutating func add(key: [UInt8], data: [UInt8], slack: Int = 0, state: State = .used) {
        entries.append(Entry(key: key, data: data, slack: slack, state: state))
    }

    private func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        withUnsafeBytes(of: form.byteOrder == .big ? value.bigEndian : value.littleEndian) { Array($0) }
    }

    /// The data of a node's record.
    public func data(of node: Node) -> [UInt8] {
        var children: [UInt8] = []
        for name in node.children { children += Array(name.utf8) + [0] }
        var data = form.isLater ? number(node.generation) : []
        for count in [node.perms.count, node.value.count, children.count] { data += number(UInt32(count)) }
        for entry in node.perms { data += number(entry.domid) + number(entry.bits) }
        data += node.value + children
        return data + (form.isLater && form.is64Bit ? Array("junk".utf8) : [])
    }

    /// The hash of a key (tdb.c).
    public static func hash(_ key: [UInt8]) -> UInt32 {
        var value = 0x238F_13AF &* UInt32(key.count)
        for (index, byte) in key.enumerated() {
            value = value &+ UInt32(bitPattern: Int32(Int8(bitPattern: byte)) << Int32(index * 5 % 24))
        }
        return 1_103_515_243 &* value &+ 12345
    }

    /// The offset of the first record.
    public var recordsStart: Int {
        168 + 4 + 4 * chainCount
    }

    /// The whole file.
    public func file() -> [UInt8] {
        // Sizes first: a freed record includes those that are merged into it.
        var bodies: [[UInt8]] = []
        for entry in entries {
            let body = entry.key + entry.data + Array(repeating: 0x42, count: entry.slack)
            bodies.append(body + Array(repeating: 0x42, count: (4 - body.count % 4) % 4 + 4))
        }
        var sizes = bodies.map(\.count)
        for index in entries.indices.reversed() where entries[index].state == .merged {
            sizes[index - 1] += 24 + sizes[index]
        }
        var heads = Array(repeating: UInt32(0), count: chainCount)
        var free: UInt32 = 0
        var records: [UInt8] = []
        for (index, entry) in entries.enumerated() {
            let offset = UInt32(recordsStart + records.count)
            let hash = Self.hash(entry.key)
            let bucket = Int(hash) % chainCount
            var next: UInt32 = 0
            switch entry.state {
            case .used: (next, heads[bucket]) = (heads[bucket], offset)
            case .freed: (next, free) = (free, offset)
            case .merged: break
            }
            records += number(next) + number(UInt32(sizes[index])) + number(UInt32(entry.key.count))
            records += number(UInt32(entry.data.count)) + number(hash)
            records += number(entry.state == .used ? UInt32(0x2601_1999) : 0xD9FE_E666)
            var body = bodies[index]
            // The last of what is merged has the size of the whole.
            var first = index
            while entries[first].state == .merged { first -= 1 }
            body.replaceSubrange((body.count - 4)..., with: number(UInt32(24 + sizes[first])))
            records += body
        }
        var header = Array("TDB file\n".utf8)
        header += Array(repeating: 0, count: 32 - header.count)
        header += number(0x2601_1967 + UInt32(form.isLater ? 7 : 6)) + number(UInt32(chainCount))
        header += Array(repeating: 0, count: 168 - header.count)
        for head in [free] + heads { header += number(head) }
        return header + records
    }

    // MARK: A store

    /// A small store: nodes with all kinds of permissions and values, a deleted domain, and from
    /// 4.9 on an open transaction.
    public static func sample(_ form: Form) -> DatabaseBuilder {
        var builder = DatabaseBuilder(form)
        var name = Node("/local/domain/3/name", "web03")
        name.perms = [(3, 0), (0, 1), (5, 2), (6, 3), (4, 0x11)]
        name.generation = 30
        // Children before their parents, as records are reused.
        builder.add(name, slack: 12)
        builder.add(Node("/local/domain/7", children: ["name"]), state: .freed)
        builder.add(Node("/local/domain/7/name", "gone"), state: .merged)
        builder.add(Node("/local/domain/7/vm", "uuid", children: []), slack: 8, state: .merged)
        builder.add(Node("/", children: ["local", "tool", "odd"]))
        builder.add(Node("/tool"))
        var odd = Node("/odd")
        odd.value = [0, 0xFF, 0x41, 0x0A, 0x22]
        builder.add(odd)
        builder.add(Node("/local", children: ["domain"]))
        builder.add(Node("/local/domain", children: ["3"]))
        builder.add(Node("/local/domain/3", children: ["name"]))
        if form.isLater {
            var read = name
            read.transaction = 40
            builder.add(read)
            var written = Node("/odd", "new", children: ["x"])
            (written.transaction, written.generation) = (40, 41)
            builder.add(written)
        }
        builder.add(Node("/odd", "older"), state: .freed)
        builder.add(key: [], data: [], slack: 400, state: .freed)
        return builder
    }
}
