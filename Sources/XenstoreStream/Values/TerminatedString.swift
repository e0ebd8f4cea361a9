/// A string whose length on the wire includes its terminating NUL.
public struct TerminatedString: Hashable, Sendable {
    /// The octets without the terminating NUL; inner NULs stay.
    public var octets: Octets
    /// False for the odd string that ends without a NUL.
    public var isTerminated: Bool

    public init(_ octets: Octets, isTerminated: Bool = true) {
        self.octets = octets
        self.isTerminated = isTerminated
    }

    public init(_ text: String) {
        self.init(Octets(text.utf8))
    }

    /// The length on the wire in octets.
    public var wireCount: Int {
        octets.count + (isTerminated ? 1 : 0)
    }
}
