import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What was asked of all images, or of a series, and is in none of them.
struct AbsentSubject {
    /// What was asked for.
    enum Subject {
        case path(String)
        case domain(String)
        /// A guest by its UUID, without `/vm/`.
        case guest(String)
    }

    let subject: Subject
    /// The only series that was looked at; nil: all.
    let series: String?

    /// The error that says so, and names what is nearest.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    func error(_ archive: Archive) throws -> ArchiveError {
        if let series { try archive.requireSeries(series) }
        if case .path("") = subject {
            return ArchiveError(.usage, "the path is empty; use / for the root")
        }
        let place = series.map { " of series \($0)" } ?? ""
        return ArchiveError(
            .noSuchImage, "\(name): not found in any image\(place)", suggestion: try advice(archive))
    }

    private var name: String {
        switch subject {
        case .path(let path): path
        case .domain(let domid): "domain \(domid)"
        case .guest(let uuid): "guest \(uuid)"
        }
    }

    private func advice(_ archive: Archive) throws -> String {
        switch subject {
        case .guest(let uuid):
            return try nearest("/vm/" + uuid, archive) ?? "'xsarchive domains' shows the UUIDs of an image"
        case .domain: return "'xsarchive domains' lists an image's domains"
        case .path(let path):
            if ImageReference.marks(path) { return "give a node's path; all images are read" }
            guard path.hasPrefix("/") else { return "give the full path, like /local/domain/0/name" }
            guard (try? archive.image(.latest(back: 0))) != nil else { return "the archive is empty" }
            return try nearest(path, archive) ?? "'xsarchive ls' lists an image's nodes"
        }
    }

    /// A path of the newest image that the user may have meant.
    private func nearest(_ path: String, _ archive: Archive) throws -> String? {
        guard let latest = try? archive.image(.latest(back: 0)) else { return nil }
        let nearest = try NodeTree(ImageSource(archive, latest)).nearest(to: Octets(path.utf8))
        return nearest.flatMap { $0 == Octets(path.utf8) ? nil : "did you mean \(Escape.printable($0))?" }
    }
}
