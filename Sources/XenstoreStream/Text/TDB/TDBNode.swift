/// A node as a C xenstored before 4.18 keeps it in its database.
///
/// The key is the path, without NUL; from 4.9 on also the number of an open transaction, `/` and
/// the path, for a node that the transaction has read or changed. The data, in the byte order of
/// the machine:
///
/// to 4.8: number of permissions u32 · bytes of the value u32 · bytes of the children u32 ·
/// permissions, 8 bytes each · value · children, each with its NUL.
///
/// From 4.9 on, a generation u64 comes first. 64-bit machines then store 4 more bytes, of no
/// meaning, at the end. A permission is a domid u32 and bits u32: 1 read, 2 write, 16 stale.
struct TDBNode {
    /// The two forms of the data.
    enum Form: CaseIterable {
        /// Of Xen to 4.8, without a generation.
        case first
        /// Of Xen from 4.9 on.
        case later
    }

    /// Why key and data are not a node, as a clause.
    struct Problem: Error {
        let reason: String
    }

    /// Counts which form the data of records has.
    struct Tally {
        let order: ByteOrder
        private var counts: [Form: Int] = [:]

        init(order: ByteOrder) {
            self.order = order
        }

        mutating func add(_ data: Octets) {
            for form in Form.allCases where (try? TDBNode.parts(data, form, order)) != nil {
                counts[form, default: 0] += 1
            }
        }

        /// The form that more records have.
        func form(preferred: Form) -> Form {
            Form.allCases.max { weight($0, preferred) < weight($1, preferred) } ?? preferred
        }

        /// How many records have one of the forms.
        var best: Int {
            counts.values.max() ?? 0
        }

        private func weight(_ form: Form, _ preferred: Form) -> Int {
            2 * counts[form, default: 0] + (form == preferred ? 1 : 0)
        }
    }

    /// The number of the transaction; nil for a committed node.
    let txID: UInt32?
    let path: Octets
    /// Changed with each write; nil in the form that has none.
    let generation: UInt64?
    let perms: [Permission]
    /// The bits of permissions that have no meaning, all together.
    let oddBits: UInt32
    let value: Octets
    /// The names of the children in the daemon's order, each with a NUL.
    private let children: Octets

    /// - Throws: `Problem` if key and data are not a node, or if no record can hold it.
    init(key: Octets, data: Octets, _ form: Form, _ order: ByteOrder) throws(Problem) {
        (txID, path) = try Self.key(key, form)
        let parts = try Self.parts(data, form, order)
        guard path.count < OxenstoredDialect.longest, parts.value.count <= OxenstoredDialect.longest,
            parts.perms.count <= 8 * OxenstoredDialect.longest
        else {
            throw Problem(reason: "the path, the value or the permissions are longer than a node can have")
        }
        generation = parts.generation
        value = parts.value
        var perms: [Permission] = []
        var oddBits: UInt32 = 0
        perms.reserveCapacity(parts.perms.count / 8)
        for start in stride(from: parts.perms.startIndex, to: parts.perms.endIndex, by: 8) {
            let (number, bits) = parts.perms.withUnsafeBytes { bytes in
                let offset = start - parts.perms.startIndex
                return (
                    order.integer(UInt32.self, at: offset, of: bytes),
                    order.integer(UInt32.self, at: offset + 4, of: bytes)
                )
            }
            guard let domid = UInt16(exactly: number) else {
                throw Problem(reason: "a permission names domain \(number)")
            }
            let letter = [ASCII.n, ASCII.r, ASCII.w, ASCII.b][Int(bits & 3)]
            perms.append(Permission(perm: letter, flags: bits & Self.stale == 0 ? 0 : 1, domid: domid))
            oddBits |= bits & ~(3 | Self.stale)
        }
        self.perms = perms
        self.oddBits = oddBits
        children = parts.children
    }

    private static let stale: UInt32 = 16

    /// The transaction and the path that a key names.
    private static func key(_ key: Octets, _ form: Form) throws(Problem) -> (txID: UInt32?, path: Octets) {
        if Path.isFixed(key) { return (nil, key) }
        let digits = key.prefix(while: ASCII.isDigit)
        let path = key[digits.endIndex...].dropFirst()
        guard form == .later, !digits.isEmpty, key[digits.endIndex...].first == ASCII.slash, Path.isFixed(path) else {
            throw Problem(reason: "the key is not a path")
        }
        guard let number = TextNumber.read(digits, as: UInt32.self) else {
            throw Problem(reason: "the key has the number of a transaction that has more than 32 bits")
        }
        return (number, path)
    }

    /// The parts of the data; permissions and children are as they are stored.
    private static func parts(
        _ data: Octets, _ form: Form, _ order: ByteOrder
    ) throws(Problem) -> (generation: UInt64?, perms: Octets, value: Octets, children: Octets) {
        let start = form == .later ? 8 : 0
        guard data.count >= start + 12 else {
            throw Problem(reason: "the data has \(data.count) bytes, too few for a node")
        }
        let (generation, counts) = data.withUnsafeBytes { bytes in
            (
                form == .later ? order.integer(UInt64.self, at: 0, of: bytes) : nil,
                (0..<3).map { Int(order.integer(UInt32.self, at: start + 4 * $0, of: bytes)) }
            )
        }
        let count = start + 12 + 8 * counts[0] + counts[1] + counts[2]
        // The size of the C structure is a multiple of 8, and the permissions begin before its end.
        guard data.count == count || (form == .later && data.count == count + 4) else {
            throw Problem(
                reason: "the data has \(data.count) bytes, and its lengths make \(count): "
                    + "\(counts[0]) permissions, \(counts[1]) bytes of value, \(counts[2]) bytes of children")
        }
        let perms = data.startIndex + start + 12
        let value = perms + 8 * counts[0]
        let children = value + counts[1]
        return (
            generation, data[perms..<value], data[value..<children], data[children..<children + counts[2]]
        )
    }

    /// Calls `body` with the name of each child, in the daemon's order.
    func forEachChild(_ body: (Octets) -> Void) {
        var rest = children
        while let end = rest.firstIndex(of: 0) {
            body(rest[..<end])
            rest = rest[(end + 1)...]
        }
        if !rest.isEmpty { body(rest) }
    }

    /// The end of what the data says; after it are bytes of no meaning.
    var end: Int {
        children.endIndex
    }

    /// Whether each child has a name and ends with NUL.
    var hasWholeChildren: Bool {
        // A NUL at the start or after another one ends an empty name.
        var previous: UInt8 = 0
        for byte in children {
            if byte == 0 && previous == 0 { return false }
            previous = byte
        }
        return previous == 0
    }

    /// Whether a daemon writes such a node.
    var isPlausible: Bool {
        (Path.isSpecial(path) || Path.isValid(path)) && !perms.isEmpty && oddBits == 0 && hasWholeChildren
    }

    // MARK: As a record

    /// The conn-id of nodes that are pending in a transaction: the database does not say whose
    /// connection it belongs to.
    static let transactionConnID = UInt32.max
    /// The conn-id of nodes in freed records, which no connection sees.
    static let freedConnID = UInt32.max - 1

    /// The node as it is in the store or in a transaction.
    /// - Parameter access: how a transaction has used it: bit 0 read, bit 1 written.
    func record(access: UInt16) -> RecordBody {
        record(txID == nil ? 0 : Self.transactionConnID, access: txID == nil ? 0 : access)
    }

    /// The node as a deleted one.
    var deletedRecord: RecordBody {
        record(Self.freedConnID, access: 0)
    }

    private func record(_ connID: UInt32, access: UInt16) -> RecordBody {
        .node(
            NodeData(
                path: TerminatedString(path), value: value, perms: perms, connID: connID, txID: txID ?? 0,
                access: access))
    }
}
