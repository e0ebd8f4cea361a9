/// A node of a listing, and the lines that it is read from.
struct ListingEntry {
    let line: ListingLine
    /// Indices of the lines: more than one if the tool's line was wrapped.
    let lines: Range<Int>
}
