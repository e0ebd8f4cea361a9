import XenstoreArchive
import XenstoreStream

extension Importer.Outcome {
    /// The line that reports a stored image: id, name, number of records, SHA-256, what happened.
    func line(name: String, _ image: ScannedImage) -> String {
        "@\(imageID)  \(Escape.printable(name))  \(image.recordCount) records  \(image.sha256)  \(description)"
    }

    private var description: String {
        kind == .known && isSeenAgain ? "already imported, seen again" : kind.description
    }
}

extension Importer.Outcome.Kind {
    /// What happened, for people.
    var description: String {
        switch self {
        case .stored: "stored"
        case .observed: "duplicate content, new entry"
        case .known: "already imported"
        }
    }
}
