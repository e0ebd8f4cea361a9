/// Reads a record's fields at a place that may not have a record, and stops early if they make no
/// sense.
///
/// Its limits keep the search of a large damaged file short, whatever the file contains; a healthy
/// record stays within them.
struct PlausibilityProbe: ReadingVisitor {
    var reader: FieldReader

    /// More permissions, more quotas or longer names of quotas than these are taken for chance.
    private static let mostPermissions = 256
    private static let mostQuotas = 64
    private static let longestName = 64

    /// The caller has made sure that `body` is inside `stream`.
    init(
        stream: [UInt8], body: Range<Int>, format: StreamFormat, type: RecordType,
        permissionCache: PermissionCache<[Permission]>
    ) {
        reader = FieldReader(
            stream: stream, body: body, format: format, record: 0, type: type, permissionCache: permissionCache,
            isProbe: true)
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        let octets = reader.remaining
        guard count <= Self.mostPermissions, octets.count >= 4 * count else { throw implausible(field) }
        for index in 0..<count where !Permission.isLetter(octets[octets.startIndex + 4 * index]) {
            throw implausible(field)
        }
        try reader.permissions(field, &value, count: count)
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        guard count <= Self.mostQuotas else { throw implausible(field) }
        var names = reader.remaining.dropFirst(4 * count)
        for _ in 0..<count {
            let name = names.prefix(Self.longestName).prefix(while: ASCII.isVisible)
            names = names.dropFirst(name.count)
            guard !name.isEmpty, names.popFirst() == 0 else { throw implausible(field) }
        }
        try reader.quotas(field, &value, count: count)
    }

    private func implausible(_ field: Field) -> StreamError {
        StreamError(.fieldBeyondBody, offset: reader.position, field: field, reason: "")
    }
}
