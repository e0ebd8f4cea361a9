/// What is wrong with a stream, and where: enough for one line that a person can act on.
public struct StreamError: Error, Equatable, Sendable {
    /// The kind of trouble; tests and callers compare this.
    public enum Code: String, CaseIterable, Sendable {
        /// There are no bytes at all.
        case empty
        /// The bytes do not begin as a stream does.
        case notAStream = "not-a-stream"
        /// The header's version is none of the known ones.
        case unknownVersion = "unknown-version"
        /// The records are in another byte order than the header says.
        case wrongByteOrder = "wrong-byte-order"
        /// The stream ends inside the header, inside a record, or without END.
        case truncated = "truncated"
        /// A record's `len` runs past the end of the stream.
        case lengthBeyondEnd = "length-beyond-end"
        /// A record's `len` is not what its fields and the records behind it say.
        case lengthLies = "length-lies"
        /// A field needs more bytes than the record's body has left.
        case fieldBeyondBody = "field-beyond-body"
        /// A value that the field's width cannot hold, met when writing.
        case doesNotFit = "does-not-fit"
    }

    public let code: Code
    /// Bytes from the start of the stream.
    public let offset: Int
    /// The record's number, counted from 1, and its type; nil where the trouble is outside the records.
    public let record: Int?
    public let type: RecordType?
    public let field: Field?
    /// What is wrong, as half a sentence.
    public let reason: String

    public init(
        _ code: Code, offset: Int, record: Int? = nil, type: RecordType? = nil, field: Field? = nil,
        reason: String
    ) {
        self.code = code
        self.offset = offset
        self.record = record
        self.type = type
        self.field = field
        self.reason = reason
    }
}

extension StreamError: CustomStringConvertible {
    /// One line: offset, record, field, reason.
    public var description: String {
        var place = "offset \(offset)"
        if let record {
            place += ", record \(record)"
            if let type { place += " (\(type.name))" }
        }
        if let field { place += ", \(field.name)" }
        return "\(place): \(reason)"
    }
}
