import ArgumentParser
import XenstoreAnalysis

/// A domain to compare: `37`, or `37=38` if the images have it under two domids.
enum DomainArgument: Equatable {
    case domid(UInt16)
    case pair(DomainPair)

    /// - Throws: `ValidationError` if the text is neither.
    init(_ text: String) throws {
        let domids = text.split(separator: "=", omittingEmptySubsequences: false).map(Self.domid)
        switch (domids.count, domids.first ?? nil, domids.last ?? nil) {
        case (1, let domid?, _): self = .domid(domid)
        case (2, let old?, let new?): self = .pair(DomainPair(old: old, new: new))
        default:
            throw ValidationError(
                "'\(text)' is not a domain; use a domid from 0 to 65535, e.g. 37, or the older and the newer one, "
                    + "e.g. 37=38.")
        }
    }

    private static func domid(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ? UInt16(text) : nil
    }
}
