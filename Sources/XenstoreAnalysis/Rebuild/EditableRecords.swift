import XenstoreStream

/// Records that can be changed, each of which knows whether it stands in the image it was read from just as it is.
///
/// Almost every record of an image is a node that nobody changes: those are written as the bytes they were read from, which
/// takes a third off a rebuild.
public struct EditableRecords: RandomAccessCollection, MutableCollection, Sendable {
    private var bodies: [RecordBody]
    /// Where a record begins in the arena; negative where it is to be written from its fields.
    private var origins: [Int]

    public init(_ bodies: [RecordBody] = []) {
        self.bodies = bodies
        origins = Array(repeating: -1, count: bodies.count)
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { bodies.count }

    public subscript(place: Int) -> RecordBody {
        get { bodies[place] }
        set {
            bodies[place] = newValue
            origins[place] = -1
        }
    }

    /// Where the record begins in the arena as a plain node with ordinary permissions, which no layout has otherwise; nil
    /// for every other record.
    func origin(_ place: Int) -> Int? {
        origins[place] < 0 ? nil : origins[place]
    }

    mutating func reserveCapacity(_ count: Int) {
        bodies.reserveCapacity(count)
        origins.reserveCapacity(count)
    }

    mutating func append(_ body: RecordBody, origin: Int? = nil) {
        bodies.append(body)
        origins.append(origin ?? -1)
    }

    /// The records at these places, in this order.
    func arranged(_ places: [Int]) -> EditableRecords {
        var arranged = EditableRecords()
        arranged.bodies = places.map { bodies[$0] }
        arranged.origins = places.map { origins[$0] }
        return arranged
    }

    mutating func removeAll(where isGone: (RecordBody) -> Bool) {
        self = arranged(indices.filter { !isGone(bodies[$0]) })
    }
}
