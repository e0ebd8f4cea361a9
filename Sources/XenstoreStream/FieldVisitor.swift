/// What walks over a record's fields in the order of the wire: a reader, a writer, a binder of table columns, a lister.
///
/// Every record type describes its body once, as calls on a visitor; whether a call reads, writes, stores or lists
/// is the visitor's business.
public protocol FieldVisitor {
    /// The layout whose field order the walk follows.
    var layout: Layout { get }

    /// A number of fixed width in the stream's byte order.
    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError)

    /// A number that counts something that follows. `current` is what the record in memory has; the result is what
    /// the visitor goes by (a reader: the number read).
    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int

    /// Whether an optional field follows that nothing on the wire announces: what reads the wire has decided before the walk,
    /// what reads a table sets it.
    mutating func presence(of field: Field, _ isPresent: inout Bool) throws(StreamError)

    /// A NUL-terminated string of `count` octets, the NUL included.
    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError)

    /// `count` octets as they are.
    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError)

    /// All octets left in the body.
    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError)

    /// Octets up to the next multiple of 8 of the body, zero in a clean stream.
    mutating func alignment(_ field: Field) throws(StreamError)

    /// `count` node permissions of 4 octets.
    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError)

    /// `count` quota values of 4 octets, then as many NUL-terminated names.
    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError)
}

extension FieldVisitor {
    public mutating func presence(of field: Field, _ isPresent: inout Bool) throws(StreamError) {}
}

/// A number that the wire carries: 1 to 8 octets, signed or not.
public protocol WireInteger: FixedWidthInteger & Sendable {}
extension UInt8: WireInteger {}
extension UInt16: WireInteger {}
extension UInt32: WireInteger {}
extension UInt64: WireInteger {}
extension Int32: WireInteger {}

/// A string whose length on the wire includes its terminating NUL.
public struct TerminatedString: Hashable, Sendable {
    /// The octets without the terminating NUL; inner NULs stay.
    public var octets: Octets
    /// False for the odd string that ends without a NUL.
    public var isTerminated: Bool

    public init(_ octets: Octets, isTerminated: Bool = true) {
        self.octets = octets
        self.isTerminated = isTerminated
    }

    public init(_ text: String) {
        self.init(Octets(text.utf8))
    }

    /// The length on the wire in octets.
    public var wireCount: Int {
        octets.count + (isTerminated ? 1 : 0)
    }
}

/// A node permission specifier, 4 octets (xenstore-migration.md, "NODE_DATA").
public struct Permission: Hashable, Sendable {
    /// The letter `w`, `r`, `b` or `n` in a clean stream.
    public var perm: UInt8
    /// draft: a pad; v1 and v2: flags, bit 0 marks a stale entry.
    public var flags: UInt8
    public var domid: UInt16

    public init(perm: UInt8, flags: UInt8 = 0, domid: UInt16) {
        self.perm = perm
        self.flags = flags
        self.domid = domid
    }

    /// Whether its letter is one of a clean stream.
    package var hasLetter: Bool {
        Self.isLetter(perm)
    }

    /// Whether the octet is one of the letters of a clean stream.
    static func isLetter(_ perm: UInt8) -> Bool {
        perm == 0x6E || perm == 0x72 || perm == 0x77 || perm == 0x62
    }

    /// Whether the entry is to be ignored in checks: its domain is gone and its domid may be in use again.
    public var isStale: Bool {
        flags & 1 == 1
    }
}

/// A quota's name and value; 0 stands for unlimited.
public struct Quota: Hashable, Sendable {
    /// The octets without the terminating NUL.
    public var name: Octets
    public var value: UInt32

    public init(name: Octets, value: UInt32) {
        self.name = name
        self.value = value
    }
}
