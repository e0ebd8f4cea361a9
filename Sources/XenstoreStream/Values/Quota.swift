/// A quota's name and value; 0 stands for unlimited.
public struct Quota: Hashable, Sendable {
    /// The octets without the terminating NUL.
    public var name: Octets
    public var value: UInt32

    public init(name: Octets, value: UInt32) {
        self.name = name
        self.value = value
    }
}
