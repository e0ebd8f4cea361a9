/// Appends records to a buffer, field by field; the lengths follow from the values of a record.
///
/// For each record: `begin`, the walk over its fields, `end`.
@usableFromInline
package struct FieldWriter: FieldVisitor {
    @usableFromInline
    package typealias Failure = StreamError

    @usableFromInline
    package let layout: Layout
    @usableFromInline
    package let byteOrder: ByteOrder
    package let lengthRule: LengthRule
    /// The bytes written so far.
    @usableFromInline
    package var bytes: [UInt8] = []
    /// The number of records begun so far.
    var record = 0
    private var type = RecordType.end
    /// Index in `bytes` where the body of the record being written starts.
    @usableFromInline
    package var bodyStart = 0
    /// The bytes to write for alignment; empty for zeros.
    @usableFromInline
    package var alignment: Octets = []

    package init(format: StreamFormat) {
        layout = format.layout
        byteOrder = format.byteOrder
        lengthRule = format.lengthRule
    }

    // MARK: Framing

    /// Begins a record: its type, and room for its length.
    /// - Parameters:
    ///   - type: the record's.
    ///   - residue: the record's residue; `end` must get the same.
    package mutating func begin(_ type: RecordType, _ residue: Residue?) {
        record += 1
        self.type = type
        alignment = residue?.alignment ?? []
        append(type.rawValue)
        append(UInt32(0))
        bodyStart = bytes.count
    }

    /// Ends the record: writes its length, and its padding or the bytes of the residue instead.
    /// - Parameters:
    ///   - residue: the same as for `begin`.
    ///   - phantomOctets: how many bytes `len` counts that are not there.
    /// - Throws: `StreamError` if `len` cannot hold the length.
    package mutating func end(_ residue: Residue?, phantomOctets: Int) throws(StreamError) {
        let fieldCount = bytes.count - bodyStart
        guard let padded = Padding.padded(fieldCount),
            let length = lengthRule.length(ofFields: fieldCount + phantomOctets)
        else {
            throw doesNotFit(.len, "the body has \(fieldCount) bytes, more than len can hold")
        }
        overwrite(at: bodyStart - 4, with: residue?.length ?? length)
        if let tail = residue?.tail {
            bytes.append(contentsOf: tail)
        } else {
            for _ in fieldCount..<padded { bytes.append(0) }
        }
    }

    // MARK: Fields

    @inlinable
    package mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        append(value)
    }

    @inlinable
    package mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        guard let number = Width(exactly: current) else {
            throw doesNotFit(field, "\(current) is more than the \(Width.bitWidth) bits of the field can hold")
        }
        append(number)
        return current
    }

    @inlinable
    package mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        bytes.append(contentsOf: value.octets)
        if value.isTerminated { bytes.append(0) }
    }

    @inlinable
    package mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        guard value.count == count else {
            throw doesNotFit(field, "the field takes \(count) bytes, not \(value.count)")
        }
        bytes.append(contentsOf: value)
    }

    @inlinable
    package mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        bytes.append(contentsOf: value)
    }

    @usableFromInline
    package mutating func alignment(_ field: Field) throws(StreamError) {
        let count = Padding.count(after: bytes.count - bodyStart)
        guard count != 0 else { return }
        if alignment.isEmpty {
            bytes.append(contentsOf: repeatElement(0, count: count))
        } else {
            guard alignment.count == count else {
                throw doesNotFit(field, "the alignment takes \(count) bytes, not \(alignment.count)")
            }
            bytes.append(contentsOf: alignment)
        }
    }

    @inlinable
    package mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        for permission in value {
            bytes.append(permission.perm)
            bytes.append(permission.flags)
            append(permission.domid)
        }
    }

    @inlinable
    package mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        guard value.count == count else {
            throw doesNotFit(field, "the record counts \(count) quotas and has \(value.count)")
        }
        for quota in value { append(quota.value) }
        for quota in value {
            guard !quota.name.contains(0) else {
                throw doesNotFit(field, "a quota's name contains a NUL")
            }
            bytes.append(contentsOf: quota.name)
            bytes.append(0)
        }
    }

    /// Appends a number in the stream's byte order.
    @inlinable @inline(__always)
    package mutating func append<Value: WireInteger>(_ value: Value) {
        withUnsafeBytes(of: byteOrder.encoded(value)) { bytes.append(contentsOf: $0) }
    }

    /// Overwrites 4 bytes at `index` with a number in the stream's byte order.
    private mutating func overwrite(at index: Int, with value: UInt32) {
        withUnsafeBytes(of: byteOrder.encoded(value)) { bytes.replaceSubrange(index..<index + 4, with: $0) }
    }

    @usableFromInline
    package func doesNotFit(_ field: Field, _ reason: String) -> StreamError {
        StreamError(
            .doesNotFit, offset: bytes.count, record: record, type: type, field: field, reason: reason)
    }
}
