/// Reads a record's fields from its body, never past the body's end.
struct FieldReader: FieldVisitor {
    typealias Failure = StreamError

    let layout: Layout
    private let byteOrder: ByteOrder
    private let stream: [UInt8]
    private let bodyStart: Int
    private let bodyEnd: Int
    private let record: Int
    private let type: RecordType
    /// Whether errors are not shown, so that they need no reason.
    private let isProbe: Bool
    private let permissionCache: PermissionCache<[Permission]>
    /// Offset in the stream of the next byte to read.
    private(set) var position: Int
    /// The bytes skipped for alignment; empty if they are zero.
    private(set) var alignment: Octets = []

    /// The caller has made sure that `body` is inside `stream`.
    init(
        stream: [UInt8], body: Range<Int>, format: StreamFormat, record: Int, type: RecordType,
        permissionCache: PermissionCache<[Permission]>,
        isProbe: Bool = false
    ) {
        layout = format.layout
        byteOrder = format.byteOrder
        self.stream = stream
        bodyStart = body.lowerBound
        bodyEnd = body.upperBound
        self.record = record
        self.type = type
        self.isProbe = isProbe
        self.permissionCache = permissionCache
        position = bodyStart
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        value = try read(field, Value.self)
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        // At most 32 bits wide, so the number always fits.
        Int(truncatingIfNeeded: try read(field, Width.self))
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        let octets = try take(field, count)
        if octets.last == 0 {
            value = TerminatedString(octets.dropLast(), isTerminated: true)
        } else {
            value = TerminatedString(octets, isTerminated: false)
        }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        value = try take(field, count)
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        value = try take(field, bodyEnd - position)
    }

    mutating func alignment(_ field: Field) throws(StreamError) {
        let count = Padding.count(after: position - bodyStart)
        guard count != 0 else { return }
        let skipped = try take(field, count)
        if !skipped.isZero { alignment = skipped }
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        value = try take(field, 4 * count).withUnsafeBytes { bytes in
            permissionCache.value(of: bytes) { Permission.list(bytes, byteOrder) }
        }
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        // Every quota takes 4 bytes for its value and at least 1 for its name.
        try require(field, 5 * count)
        var values: [UInt32] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try read(field, UInt32.self)) }
        value.removeAll()
        value.reserveCapacity(count)
        for number in values {
            guard let end = stream[position..<bodyEnd].firstIndex(of: 0) else {
                throw error(field, "a quota's name has no terminating NUL in the body")
            }
            value.append(Quota(name: stream[position..<end], value: number))
            position = end + 1
        }
    }

    @inline(__always)
    private mutating func read<Value: WireInteger>(_ field: Field, _: Value.Type) throws(StreamError) -> Value {
        let size = Value.bitWidth / 8
        guard bodyEnd - position >= size else { throw tooShort(field, size) }
        let start = position
        position += size
        return byteOrder.integer(Value.self, at: start, of: stream)
    }

    @inline(__always)
    private mutating func take(_ field: Field, _ count: Int) throws(StreamError) -> Octets {
        try require(field, count)
        let octets = stream[position..<position + count]
        position += count
        return octets
    }

    /// Checks that `count` bytes are left, before anything is allocated for them.
    @inline(__always)
    private func require(_ field: Field, _ count: Int) throws(StreamError) {
        guard bodyEnd - position >= count else { throw tooShort(field, count) }
    }

    /// The bytes of the body from `position` on, for a look ahead.
    var remaining: Octets {
        stream[position..<bodyEnd]
    }

    private func tooShort(_ field: Field, _ count: Int) -> StreamError {
        if isProbe { return StreamError(.fieldBeyondBody, offset: position, field: field, reason: "") }
        return error(
            field, "needs \(count) bytes, the record's body has \(bodyEnd - position) left (read as \(layout.rawValue))"
        )
    }

    private func error(_ field: Field, _ reason: String) -> StreamError {
        StreamError(
            .fieldBeyondBody, offset: position, record: record, type: type, field: field, reason: reason)
    }
}
