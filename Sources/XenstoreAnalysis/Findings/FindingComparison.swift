import XenstoreArchive
import XenstoreStream

/// The findings of two images, compared: which are new, which are gone.
///
/// Two findings are the same if they have the same rule and the same subject. The subject of a
/// query's row is in the columns that the query names as such; that of a record is what identifies
/// it in a diff; that of the image as a whole is the sentence, without its numbers. For a rule of
/// the forecast the sentence counts as well. If an image has a finding more than once, each counts.
public struct FindingComparison: Sendable {
    /// How a finding of one image relates to the other image.
    public enum State: String, Sendable {
        /// Only the newer image has it.
        case new
        /// Both images have it.
        case both
        /// Only the older image has it.
        case gone
        /// The newer image has it; it is not known whether the older one has: the rule does not
        /// apply to that image, or not all findings of the rule are listed there.
        case unknown
        /// The older image has it; it is not known whether the newer one has.
        case unchecked
    }

    /// The findings of the newer image, in their order.
    public let present: [(item: ImageFinding, state: State)]
    /// The findings of the older image that the newer one does not list, in their order.
    public let past: [(item: ImageFinding, state: State)]

    /// The findings of the newer image that the older one does not have, or may not have.
    public var news: [(item: ImageFinding, state: State)] {
        present.filter { $0.state != .both }
    }

    /// Compares the findings of two images.
    /// - Parameters:
    ///   - old: the findings of the older image.
    ///   - new: the findings of the newer image.
    public init(_ old: ImageFindings, _ new: ImageFindings) {
        var rest = Self.counts(old.items)
        present = new.items.map { item in
            if Self.take(item, &rest) { return (item, .both) }
            return (item, Self.isUncertain(item, in: old) ? .unknown : .new)
        }
        var others = Self.counts(new.items)
        past = old.items.compactMap { item in
            if Self.take(item, &others) { return nil }
            return (item, Self.isUncertain(item, in: new) ? .unchecked : .gone)
        }
    }

    /// The first findings of each rule and state; one more counts the rest.
    /// - Parameters:
    ///   - findings: `present` or `past`, or some of them.
    ///   - limit: the maximum number of findings of one rule and state.
    public static func shortened(
        _ findings: [(item: ImageFinding, state: State)], limit: Int = 100
    ) -> [(item: ImageFinding, state: State)] {
        var counts: [String: Int] = [:]
        var rest: [(key: String, item: ImageFinding, state: State)] = []
        var result: [(item: ImageFinding, state: State)] = []
        for (item, state) in findings {
            let key = "\(item.finding.rule) \(state)"
            let count = counts[key, default: 0] + 1
            counts[key] = count
            if count <= limit { result.append((item, state)) }
            if count == limit + 1 { rest.append((key, item, state)) }
        }
        for (key, item, state) in rest {
            let finding = Finding(
                rule: item.finding.rule, severity: item.finding.severity, record: nil, offset: nil,
                message: "and \((counts[key] ?? limit) - limit) more", expected: item.finding.expected,
                unlistedCount: (counts[key] ?? limit) - limit)
            result.append((ImageFinding(finding, fields: [], subject: []), state))
        }
        return result
    }

    private static func counts(_ items: [ImageFinding]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for item in items { counts[key(item), default: 0] += 1 }
        return counts
    }

    private static func take(_ item: ImageFinding, _ rest: inout [String: Int]) -> Bool {
        guard let count = rest[key(item)], count > 0 else { return false }
        rest[key(item)] = count - 1
        return true
    }

    /// A finding that counts those that are not listed is the same only with the same number.
    private static func key(_ item: ImageFinding) -> String {
        let unlisted = item.finding.unlistedCount
        return unlisted > 0 ? "\(item.identity); \(unlisted)" : item.identity
    }

    private static func isUncertain(_ item: ImageFinding, in other: ImageFindings) -> Bool {
        other.cutRules.contains(item.finding.rule) || other.inapplicable.contains { $0.name == item.finding.rule }
    }
}
