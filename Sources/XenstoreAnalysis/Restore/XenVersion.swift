/// A version of Xen, like 4.17 or 4.16.2.
public struct XenVersion: Comparable, CustomStringConvertible, Sendable {
    /// The first number.
    public let major: Int
    /// The second number.
    public let minor: Int
    /// The third number; nil: the newest of the minor version.
    public let patch: Int?

    /// The minor versions of Xen 4 whose C xenstored is known: from the first with a live update
    /// on.
    public static let knownMinors = 15...23

    /// Makes a version from its numbers.
    /// - Parameters:
    ///   - major: the first number.
    ///   - minor: the second number.
    ///   - patch: the third number; nil: the newest.
    public init(_ major: Int, _ minor: Int, _ patch: Int? = nil) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads two or three numbers with dots between; nil if the text is not a known version.
    public init?(_ text: String) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
        guard numbers.count == 2 || numbers.count == 3, numbers.allSatisfy({ $0 != nil }), numbers[0] == 4,
            let minor = numbers[1], Self.knownMinors.contains(minor)
        else { return nil }
        self.init(4, minor, numbers.count == 3 ? numbers[2] : nil)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    /// The numbers with dots between.
    public var description: String {
        "\(major).\(minor)" + (patch.map { ".\($0)" } ?? "")
    }

    /// Orders versions; the newest of a minor version comes last of it.
    public static func < (left: XenVersion, right: XenVersion) -> Bool {
        (left.major, left.minor, left.patch ?? Int.max) < (right.major, right.minor, right.patch ?? Int.max)
    }
}
