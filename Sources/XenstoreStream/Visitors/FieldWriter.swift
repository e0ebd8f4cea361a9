/// Appends a record's fields to a buffer; the lengths follow from what the record holds.
struct FieldWriter: FieldVisitor {
    let layout: Layout
    private let bigEndian: Bool
    /// What has been written so far.
    var bytes: [UInt8] = []
    /// Index in `bytes` where the body of the record being written starts.
    var bodyStart = 0
    /// The record being written, for errors.
    var record = 0
    var type = RecordType.end
    /// Octets to put where the walk asks for alignment, where they are not zero.
    var alignment: Octets = []

    init(format: StreamFormat) {
        layout = format.layout
        bigEndian = format.byteOrder == .big
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        append(value)
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int {
        guard let number = Width(exactly: current) else {
            throw doesNotFit(field, "\(current) is more than the \(Width.bitWidth) bits of the field hold")
        }
        append(number)
        return current
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        bytes.append(contentsOf: value.octets)
        if value.isTerminated { bytes.append(0) }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        guard value.count == count else {
            throw doesNotFit(field, "the field takes \(count) bytes, not \(value.count)")
        }
        bytes.append(contentsOf: value)
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        bytes.append(contentsOf: value)
    }

    mutating func alignment(_ field: Field) throws(StreamError) {
        let misaligned = (bytes.count - bodyStart) & 7
        guard misaligned != 0 else { return }
        if alignment.isEmpty {
            bytes.append(contentsOf: repeatElement(0, count: 8 - misaligned))
        } else {
            guard alignment.count == 8 - misaligned else {
                throw doesNotFit(field, "the alignment takes \(8 - misaligned) bytes, not \(alignment.count)")
            }
            bytes.append(contentsOf: alignment)
        }
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        for permission in value {
            bytes.append(permission.perm)
            bytes.append(permission.flags)
            append(permission.domid)
        }
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
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
    @inline(__always)
    mutating func append<Value: WireInteger>(_ value: Value) {
        let size = Value.bitWidth / 8
        for index in 0..<size {
            let shift = 8 * (bigEndian ? size - 1 - index : index)
            bytes.append(UInt8(truncatingIfNeeded: value &>> Value(truncatingIfNeeded: shift)))
        }
    }

    /// Overwrites 4 octets at `index` with a number in the stream's byte order.
    mutating func overwrite(at index: Int, with value: UInt32) {
        for octet in 0..<4 {
            let shift = UInt32(8 * (bigEndian ? 3 - octet : octet))
            bytes[index + octet] = UInt8(truncatingIfNeeded: value &>> shift)
        }
    }

    func doesNotFit(_ field: Field, _ reason: String) -> StreamError {
        StreamError(
            .doesNotFit, offset: bytes.count, record: record, type: type, field: field, reason: reason,
            advice: "shorten the value or choose a layout that can hold it")
    }
}
