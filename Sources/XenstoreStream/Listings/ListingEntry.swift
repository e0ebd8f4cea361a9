/// A node of a listing, and the lines that it is read from.
struct ListingEntry {
    let line: ListingLine
    /// Indices of the lines: more than one if somebody wrapped the tool's line.
    let lines: Range<Int>
}
