/// How much was replaced in an output, so that a reader can tell it from one that had no secrets.
public struct RedactionCount: Equatable, Sendable {
    /// Values of secret nodes.
    public var values = 0
    /// Other bytes that may hold a secret, each run once: buffers, records of unknown types,
    /// damaged spans, bytes that no field explains, lines of a text that are no node's.
    public var others = 0

    /// Nothing was replaced.
    public init() {}

    /// Adds another count.
    public static func += (left: inout RedactionCount, right: RedactionCount) {
        left.values += right.values
        left.others += right.others
    }

    /// Like `3 secret values replaced`.
    public var sentence: String {
        let values = "\(self.values) secret value\(self.values == 1 ? "" : "s") replaced"
        if others == 0 { return values }
        return values + ", and \(others) other place\(others == 1 ? "" : "s") that may hold a secret"
    }
}
