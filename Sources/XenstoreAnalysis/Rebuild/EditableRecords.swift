import XenstoreStream

/// Records that can be edited. Each one knows whether it is unchanged in the image that it was read
/// from.
///
/// Almost every record of an image is an unchanged node. These are written as the bytes they were
/// read from, which makes a rebuild a third faster.
public struct EditableRecords: RandomAccessCollection, MutableCollection, Sendable {
    private var bodies: [RecordBody]
    /// The offset of each record in the arena; negative if it must be written from its fields.
    private var origins: [Int]

    /// Creates a list of records without origins.
    public init(_ bodies: [RecordBody] = []) {
        self.bodies = bodies
        origins = Array(repeating: -1, count: bodies.count)
    }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of records.
    public var endIndex: Int { bodies.count }

    /// The record at an index. Assigning it removes its origin.
    public subscript(place: Int) -> RecordBody {
        get { bodies[place] }
        set {
            bodies[place] = newValue
            origins[place] = -1
        }
    }

    /// The offset in the arena of a plain node with ordinary permissions, which needs no conversion
    /// for any layout; nil for every other record.
    func origin(_ place: Int) -> Int? {
        origins[place] < 0 ? nil : origins[place]
    }

    /// The path of a node that every connection sees, and whether it has permissions; nil for other
    /// records. This copies no more of the record.
    func committedNode(_ place: Int) -> (path: Octets, hasPerms: Bool)? {
        guard case .node(let data) = bodies[place], data.isCommitted else { return nil }
        return (data.path.octets, !data.perms.isEmpty)
    }

    mutating func reserveCapacity(_ count: Int) {
        bodies.reserveCapacity(count)
        origins.reserveCapacity(count)
    }

    mutating func append(_ body: RecordBody, origin: Int? = nil) {
        bodies.append(body)
        origins.append(origin ?? -1)
    }

    /// The records at these indices, in this order.
    func arranged(_ places: [Int]) -> EditableRecords {
        var arranged = EditableRecords()
        arranged.bodies = places.map { bodies[$0] }
        arranged.origins = places.map { origins[$0] }
        return arranged
    }

    /// The records with each node after those above it, for an image that has them in no order.
    var byDepth: EditableRecords {
        let depths = bodies.map { body in
            if case .node(let data) = body, data.path.octets.count > 1 {
                data.path.octets.count { $0 == ASCII.slash }
            } else {
                0
            }
        }
        return arranged(indices.sorted { (depths[$0], $0) < (depths[$1], $1) })
    }

    mutating func removeAll(where isGone: (RecordBody) -> Bool) {
        self = arranged(indices.filter { !isGone(bodies[$0]) })
    }
}
