/// One step on the way to a member: the container's file, a container in it, or the member itself.
public final class ContainerLevel {
    /// The file's name as it was given, or the path in the container around it. A path that is not
    /// UTF-8 is escaped.
    public let path: String
    private let compute: () throws -> String
    private var result: Result<String, any Error>?

    /// - Parameter digest: computes the SHA-256 of the bytes, with their compression.
    init(_ path: String, digest: @escaping () throws -> String) {
        self.path = path
        compute = digest
    }

    /// The SHA-256 of the bytes as they are in the file or container, compressed if they are, as 64
    /// hexadecimal digits. It is computed when it is first needed.
    /// - Throws: `ArchiveError` if the file cannot be read.
    public func sha256() throws -> String {
        if let result { return try result.get() }
        let computed = Result { try compute() }
        result = computed
        return try computed.get()
    }
}
