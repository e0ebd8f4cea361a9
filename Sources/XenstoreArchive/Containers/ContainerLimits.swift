/// How much of a container is read. Containers come from outside, and a small one can hold much.
public struct ContainerLimits: Equatable, Sendable {
    /// The most bytes of one member, decompressed.
    public var memberBytes: Int
    /// The most bytes of all members together, those of containers within containers included.
    public var totalBytes: Int
    /// The most members, those of containers within containers included.
    public var members: Int
    /// How many containers may be in each other, the outermost included.
    public var depth: Int

    /// Limits for members of at most `memberBytes` bytes: four times as much for all together, a
    /// hundred thousand members, and containers in containers in containers.
    public init(memberBytes: Int = FileContent.standardLimit) {
        self.memberBytes = memberBytes
        let (total, overflows) = memberBytes.multipliedReportingOverflow(by: 4)
        totalBytes = overflows ? .max : total
        members = 100_000
        depth = 4
    }
}
