import XenstoreStream

extension NodeAccounts {
    /// The `home` of nodes that are in no home.
    static let noHome: Int32 = -1
    /// The `home` of nodes below /local/domain, in something whose name is not a domid.
    static let oddHome: Int32 = -2

    private static let homes = Array("/local/domain/".utf8)

    /// The domid of the home that a node is or is in; otherwise `noHome` or `oddHome`.
    /// - Parameters:
    ///   - path: where the node's path is.
    ///   - bytes: the stream.
    static func home(of path: Range<Int>, in bytes: [UInt8]) -> Int32 {
        bytes.withUnsafeBytes { home(of: UnsafeRawBufferPointer(rebasing: $0[path])) }
    }

    static func home(of path: UnsafeRawBufferPointer) -> Int32 {
        let start = homes.count
        guard path.count > start, path[1] == homes[1],
            homes.withUnsafeBytes({ UnsafeRawBufferPointer(rebasing: path[..<start]).hasSameBytes(as: $0) })
        else { return noHome }
        var number: Int32 = 0
        var offset = start
        while offset < path.count, path[offset] != ASCII.slash {
            // Nine digits fit into the number, and a domid has five.
            guard ASCII.isDigit(path[offset]), offset - start < 9 else { return oddHome }
            number = number * 10 + Int32(path[offset] - ASCII.zero)
            offset += 1
        }
        let isNumber = offset > start && (path[start] != ASCII.zero || offset == start + 1)
        return isNumber ? number : oddHome
    }
}
