/// A string whose length on the wire includes its terminating NUL.
public struct TerminatedString: Hashable, Sendable {
    /// The bytes without the terminating NUL; inner NULs stay.
    public var octets: Octets
    /// False for the odd string that ends without a NUL.
    public var isTerminated: Bool

    /// A string of these bytes, without the NUL that terminates it.
    public init(_ octets: Octets, isTerminated: Bool = true) {
        self.octets = octets
        self.isTerminated = isTerminated
    }

    /// The UTF-8 bytes of `text`, terminated.
    public init(_ text: String) {
        self.init(Octets(text.utf8))
    }

    /// The length on the wire in bytes.
    public var wireCount: Int {
        octets.count + (isTerminated ? 1 : 0)
    }
}
