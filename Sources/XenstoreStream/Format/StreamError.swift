/// What is wrong with a stream, and where: enough for one line that a person can act on.
public struct StreamError: Error, Equatable, Sendable {
    /// The kind of error; tests and callers compare this.
    public enum Code: String, CaseIterable, Sendable {
        /// There are no bytes at all.
        case empty
        /// The bytes do not begin as a stream does.
        case notAStream = "not-a-stream"
        /// A text has several listings, each of which is an image.
        case severalListings = "several-listings"
        /// The header's version is not a known one.
        case unknownVersion = "unknown-version"
        /// The records are in another byte order than the header says.
        case wrongByteOrder = "wrong-byte-order"
        /// The stream ends inside the header, inside a record, or without END.
        case truncated = "truncated"
        /// A record's `len` runs past the end of the stream.
        case lengthBeyondEnd = "length-beyond-end"
        /// A record's `len` contradicts its fields and the records after it.
        case lengthLies = "length-lies"
        /// A field needs more bytes than the record's body has left.
        case fieldBeyondBody = "field-beyond-body"
        /// A part of a TDB file contradicts itself or another one.
        case damaged
        /// In writing: a value does not fit the width of its field.
        case doesNotFit = "does-not-fit"
    }

    /// The kind of error.
    public let code: Code
    /// Bytes from the start of the stream.
    public let offset: Int
    /// The record's number, from 1; nil if the error is outside the records.
    public let record: Int?
    /// The record's type; nil if it is not known.
    public let type: RecordType?
    /// The field in question; nil if there is none.
    public let field: Field?
    /// What is wrong, as a clause.
    public let reason: String

    /// An error with these parts.
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
