import XenstoreStream

/// Finds the name that a user has mistyped.
package enum Nearest {
    /// The candidate with the fewest slips from `name` (a character too many, missing, wrong, or
    /// two swapped). More slips than two, or than a third of the name, make another name. If no
    /// candidate is that near, the only one that begins with `name`; nil if there is none.
    package static func match(_ name: String, among candidates: some Sequence<String>) -> String? {
        let typed = Array(name.unicodeScalars.prefix(longest))
        let most = min(2, max(1, typed.count / 3))
        var best: (slips: Int, name: String)?
        for candidate in candidates where candidate != name {
            let scalars = Array(candidate.unicodeScalars.prefix(longest))
            guard abs(scalars.count - typed.count) <= most else { continue }
            let slips = slips(typed, scalars)
            if slips <= most, slips < (best?.slips ?? .max) { best = (slips, candidate) }
        }
        return best?.name ?? completion(name, among: candidates)
    }

    /// `did you mean NAME?`, escaped; nil if no candidate is near.
    package static func suggestion(
        _ name: String, among candidates: some Sequence<String>, prefix: String = ""
    ) -> String? {
        match(name, among: candidates).map { "did you mean \(prefix)\(Escape.printable($0))?" }
    }

    /// The number of characters compared, so that a hostile name costs nothing.
    private static let longest = 200

    /// The only candidate that begins with `name`; nil if there are several.
    private static func completion(_ name: String, among candidates: some Sequence<String>) -> String? {
        guard name.unicodeScalars.count >= 3 else { return nil }
        let fitting = candidates.filter { $0 != name && $0.hasPrefix(name) }
        return fitting.count == 1 ? fitting.first : nil
    }

    /// The fewest slips that lead from one to the other; a swap of neighbours is one slip.
    private static func slips(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                var slips = min(
                    last[column] + (left[row] == right[column] ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column] {
                    slips = min(slips, beforeLast[column - 1] + 1)
                }
                current.append(slips)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
