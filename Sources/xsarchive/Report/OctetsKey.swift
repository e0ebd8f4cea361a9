import XenstoreStream

/// Bytes as the key of a dictionary.
///
/// A slice of an array hashes its bytes one by one; this hashes them at once, with the same secret
/// seed, and takes a fifth of the time.
struct OctetsKey: Hashable, Sendable {
    let octets: Octets

    init(_ octets: Octets) {
        self.octets = octets
    }

    static func == (key: OctetsKey, other: OctetsKey) -> Bool {
        key.octets.hasSameBytes(as: other.octets)
    }

    func hash(into hasher: inout Hasher) {
        octets.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
