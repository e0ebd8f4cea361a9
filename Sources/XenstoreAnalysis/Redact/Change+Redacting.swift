import XenstoreArchive
import XenstoreStream

extension Change {
    func mapping(_ transform: @escaping (Attribute) -> Attribute) -> Change {
        mapping(whole: true) { $0.map(transform) }
    }

    /// The change with its paths replaced.
    func mappingPaths(_ transform: (Octets) -> Octets) -> Change {
        var change = self
        change.path = path.map(transform)
        change.renaming?.oldPath = oldPath.map(transform)
        return change
    }

    func mapping(whole: Bool, _ transform: ([Attribute]) -> [Attribute]) -> Change {
        var change = self
        change.old = old.map(transform)
        change.new = new.map(transform)
        change.renaming?.compared = renaming?.compared.map(transform)
        return change
    }
}
