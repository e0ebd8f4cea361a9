import XenstoreArchive
import XenstoreStream

extension Change {
    func mapping(_ transform: @escaping (Attribute) -> Attribute) -> Change {
        mapping(whole: true) { $0.map(transform) }
    }

    func renamed(_ path: Octets) -> Change {
        Change(action: action, kind: kind, path: path, domid: domid, identity: identity, old: old, new: new)
    }

    func mapping(whole: Bool, _ transform: ([Attribute]) -> [Attribute]) -> Change {
        Change(
            action: action, kind: kind, path: path, domid: domid, identity: identity, old: old.map(transform),
            new: new.map(transform))
    }
}
