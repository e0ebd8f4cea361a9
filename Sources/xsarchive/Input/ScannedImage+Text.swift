import XenstoreArchive
import XenstoreStream

extension ScannedImage {
    /// Whether anything in the text is of the layout in which it was read.
    func hasTextOf(_ layout: Layout) -> Bool {
        if layout.isListing || nodeCount > 0 { return nodeCount > 0 }
        var isFound = false
        try? forEachItem { if case .record(let record) = $1, record.type != .textLine { isFound = true } }
        return isFound || (layout.dialect as? any LineDialect)?.recognizes(file[...]) != nil
    }
}
