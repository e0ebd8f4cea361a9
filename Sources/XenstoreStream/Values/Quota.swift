/// A quota's name and value.
public struct Quota: Hashable, Sendable {
    /// The bytes without the terminating NUL.
    public var name: Octets
    /// The limit; 0: unlimited.
    public var value: UInt32

    /// A quota with this name and value.
    public init(name: Octets, value: UInt32) {
        self.name = name
        self.value = value
    }
}
