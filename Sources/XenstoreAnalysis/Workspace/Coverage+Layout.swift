import XenstoreStream

extension Coverage {
    /// What is left of it if an image gets another layout.
    func inLayout(_ layout: Layout, of source: Layout) -> Coverage {
        layout == source ? self : intersection(layout.coverage ?? Coverage([Kind]()))
    }
}
