import XenstoreArchive
import XenstoreStream

/// The names that domains have in the tree, escaped.
struct DomainNames {
    private var names: [UInt16: String] = [:]

    /// - Parameter images: where one has no name for a domain, that of the next counts.
    init(_ images: ImageSource...) throws {
        let (start, end) = (Octets("/local/domain/".utf8), Octets("/name".utf8))
        for image in images.reversed() {
            try image.forEachRecord { body in
                guard case .node(let data) = body, data.isCommitted else { return }
                let path = data.path.octets
                guard path.count > start.count + end.count, path.count <= start.count + end.count + 5, path.starts(with: start),
                    path.suffix(end.count) == end, !data.value.isEmpty,
                    let domid = UInt16(String(decoding: path.dropFirst(start.count).dropLast(end.count), as: UTF8.self))
                else { return }
                names[domid] = Escape.printable(data.value)
            }
        }
    }

    subscript(domid: UInt16) -> String? {
        names[domid]
    }
}
