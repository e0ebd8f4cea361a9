import XenstoreArchive
import XenstoreStream

/// What two images differ in, in addition to what their records say: the bytes that no field
/// explains, and the order of the records.
enum DiffForm {
    /// Whether both images have such bytes, and they mean something: the line of a listing is only
    /// its form, and a TDB file has nothing else.
    static func comparesResidue(_ old: ImageSource, _ new: ImageSource) -> Bool {
        let layout = old.format.layout
        return layout == new.format.layout && !layout.isListing && !layout.isOfDatabase
    }

    /// The changes of END, damaged spans, trailer and order.
    static func changes(
        _ old: ImageSource, _ new: ImageSource, _ pair: ImagePair, _ left: ImageState, _ right: ImageState
    ) throws -> [Change] {
        var changes = damageChanges(pair.oldDamages, pair.newDamages)
        if left.endResidue != right.endResidue {
            changes.append(
                change(
                    .residue, [Attribute("record", .text(RecordType.end.name))], left.endResidue.map(attributes),
                    right.endResidue.map(attributes)))
        }
        if old.trailer != new.trailer {
            func attributes(_ trailer: Octets) -> [Attribute]? {
                trailer.isEmpty ? nil : [Attribute("bytes", .data(trailer))]
            }
            changes.append(change(.trailer, [], attributes(old.trailer), attributes(new.trailer)))
        }
        guard comparesResidue(old, new) else { return changes }
        let places = left.entries.compactMap { entry in
            right.index[entry.key].map { ImagePair.Places(old: entry.place, new: right.entries[$0].place) }
        }
        let moved = try pair.movedCount(places)
        if moved > 0 { changes.append(change(.order, [Attribute("moved", moved)], [], [])) }
        return changes
    }

    /// Equal damaged spans are paired; the others are on one side only.
    private static func damageChanges(_ old: [Octets], _ new: [Octets]) -> [Change] {
        var counts: [Octets: Int] = [:]
        for damage in new { counts[damage, default: 0] += 1 }
        var changes: [Change] = []
        for (number, damage) in old.enumerated() {
            let count = counts[damage, default: 0]
            counts[damage] = count - 1
            if count <= 0 { changes.append(damageChange(number, damage, isNew: false)) }
        }
        // What is left are those without a partner: the last of several equal ones.
        for (number, damage) in new.enumerated().reversed() {
            guard let count = counts[damage], count > 0 else { continue }
            counts[damage] = count - 1
            changes.append(damageChange(number, damage, isNew: true))
        }
        return changes
    }

    private static func damageChange(_ number: Int, _ damage: Octets, isNew: Bool) -> Change {
        let attributes = [Attribute("bytes", .data(damage))]
        return change(
            .damage, [Attribute("number", number + 1)], isNew ? nil : attributes, isNew ? attributes : nil)
    }

    /// A residue, under the column names of the view `residues`.
    static func attributes(_ residue: Residue) -> [Attribute] {
        [
            Attribute("len", residue.length.map { .unsigned(UInt64($0)) } ?? .none),
            Attribute("alignment", .data(residue.alignment)),
            Attribute("tail", residue.tail.map { .data($0) } ?? .none),
        ]
    }

    /// A change of what may be on one side or on both.
    static func change(
        _ kind: Change.Kind, path: Octets? = nil, domid: UInt16? = nil, _ identity: [Attribute],
        _ old: [Attribute]?, _ new: [Attribute]?
    ) -> Change {
        Change(
            action: old == nil ? .added : new == nil ? .removed : .changed, kind: kind, path: path, domid: domid,
            identity: identity, old: old, new: new)
    }
}
