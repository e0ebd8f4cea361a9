/// A domain of the older image, and the domain of the newer image with which it is compared.
public struct DomainPair: Hashable, Sendable {
    /// The domid in the older image.
    public let old: UInt16
    /// The domid in the newer image.
    public let new: UInt16

    /// The pair of these domids.
    public init(old: UInt16, new: UInt16) {
        self.old = old
        self.new = new
    }

    /// Whether the domain has the same domid in both images.
    public var isSame: Bool {
        old == new
    }
}
