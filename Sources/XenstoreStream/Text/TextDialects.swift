/// The dialects that are known.
package enum TextDialects {
    /// In the order in which a file is tried.
    package static let all: [any TextDialect] = [OxenstoredDialect(), ListingDialect()]

    /// The dialect that a file begins as, and why; nil if it is not a text of a known one.
    static func recognize(_ text: Octets) -> (dialect: any TextDialect, reason: String)? {
        for dialect in all {
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

    /// Whether an image of this layout holds nodes alone, and maybe only a part of the tree.
    package var isPartial: Bool {
        dialect?.isPartial ?? false
    }
}
