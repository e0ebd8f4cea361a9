/// What `publish` writes: one file each.
enum PublishedRelation: String, CaseIterable {
    /// An image at each time at which it was seen.
    case images
    /// What changed from the image before it in its series.
    case changes
    /// What `check` finds in an image.
    case findings
    /// The records of logs.
    case events

    var file: String {
        rawValue + ".jsonl"
    }
}
