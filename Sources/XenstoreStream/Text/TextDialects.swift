/// The known dialects.
package enum TextDialects {
    /// In the order in which they are tried on a file.
    package static let all: [any TextDialect] = [
        OxenstoredDialect(), ListingDialect(), TreeDialect(), PairsDialect(), OxenstoredDebugDialect(), TDBDialect(),
        TDBDumpDialect(),
    ]

    /// The dialect of a file that begins with `text`, and why; nil if it is not of one whose first
    /// line shows it.
    static func recognize(_ text: Octets) -> (dialect: any LineDialect, reason: String)? {
        for case let dialect as any LineDialect in all {
            if let reason = dialect.recognizes(text) { return (dialect, reason) }
        }
        return nil
    }
}

extension Layout {
    /// The dialect of a text; nil for the layout of a stream.
    package var dialect: (any TextDialect)? {
        isText ? TextDialects.all.first { $0.layout == self } : nil
    }

    /// Whether an image of this layout has only nodes, possibly of only a part of the tree.
    package var isPartial: Bool {
        isListing
    }
}
