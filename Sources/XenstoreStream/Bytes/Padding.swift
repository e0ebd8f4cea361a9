/// Padding to a multiple of 8 bytes, the alignment of every record (xenstore-migration.md,
/// "Records").
package enum Padding {
    /// `count` rounded up to a multiple of 8; nil if the sum overflows.
    package static func padded(_ count: Int) -> Int? {
        let (sum, overflow) = count.addingReportingOverflow(7)
        return overflow ? nil : sum & ~7
    }

    /// The number of padding bytes after `count` bytes: 0 to 7.
    package static func count(after count: Int) -> Int {
        -count & 7
    }
}
