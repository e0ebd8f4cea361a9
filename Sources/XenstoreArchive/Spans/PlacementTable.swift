import XenstoreStream

/// The lists of permissions that nodes have in each home, while they are collected.
struct PlacementTable {
    private let bytes: [UInt8]
    private let byteOrder: ByteOrder
    /// By its bytes in the stream, the number of each list.
    private var numbers: [[UInt8]: Int32] = [:]
    /// The home and the number of the list, together in one number.
    private var keys: Set<Int64> = []
    /// Of the last node; most nodes have the same as their neighbours.
    private var last: (perms: Range<Int>, number: Int32)?
    private var lastKey: Int64?

    /// - Parameter bytes: the stream.
    init(bytes: [UInt8], byteOrder: ByteOrder) {
        self.bytes = bytes
        self.byteOrder = byteOrder
    }

    mutating func add(_ node: NodeAccounts.Node) {
        let home = NodeAccounts.home(of: node.path, in: bytes)
        let key = Int64(home) << 32 | Int64(number(of: node.perms))
        if key == lastKey { return }
        lastKey = key
        keys.insert(key)
    }

    private mutating func number(of perms: NodeAccounts.Node.Perms) -> Int32 {
        switch perms {
        case .bytes(let range):
            if let last, isSame(last.perms, range) { return last.number }
            let number = number(of: Array(bytes[range]))
            last = (range, number)
            return number
        case .list(let list): return number(of: Permission.bytes(of: list, byteOrder))
        }
    }

    private func isSame(_ perms: Range<Int>, _ others: Range<Int>) -> Bool {
        bytes.withUnsafeBytes {
            UnsafeRawBufferPointer(rebasing: $0[perms]).hasSameBytes(as: UnsafeRawBufferPointer(rebasing: $0[others]))
        }
    }

    private mutating func number(of list: [UInt8]) -> Int32 {
        if let number = numbers[list] { return number }
        let number = Int32(truncatingIfNeeded: numbers.count)
        numbers[list] = number
        return number
    }

    /// What was collected.
    var placements: Set<NodeAccounts.Placement> {
        var raws: [Int32: [UInt8]] = [:]
        for (list, number) in numbers {
            raws[number] = list.withUnsafeBytes { PermissionList.raw(Permission.list($0, byteOrder)) }
        }
        var placements: Set<NodeAccounts.Placement> = []
        placements.reserveCapacity(keys.count)
        for key in keys {
            guard let raw = raws[Int32(truncatingIfNeeded: key)] else { continue }
            placements.insert(NodeAccounts.Placement(home: key >> 32, perms: raw))
        }
        return placements
    }
}
