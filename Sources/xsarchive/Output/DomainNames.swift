import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The names of the domains in the tree, escaped.
struct DomainNames {
    private var names: [UInt16: String] = [:]

    /// - Parameters:
    ///   - images: the name comes from the first image that has one for the domain.
    ///   - redactor: leaves out the names that it treats as secret.
    init(_ images: ImageSource..., without redactor: Redactor? = nil) throws {
        let (start, end) = (Octets("/local/domain/".utf8), Octets("/name".utf8))
        for image in images.reversed() {
            try image.forEachRecord { body in
                guard case .node(let data) = body, data.isCommitted else { return }
                let path = data.path.octets
                guard path.count > start.count + end.count, path.count <= start.count + end.count + 5,
                    path.starts(with: start),
                    path.suffix(end.count) == end, !data.value.isEmpty, redactor?.isSecret(path) != true,
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
