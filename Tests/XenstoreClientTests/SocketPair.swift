import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Two sockets that are connected to each other: one for a client, one for the test.
struct SocketPair {
    let client: Int32
    let test: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        #if canImport(Musl)
        let kind = SOCK_STREAM
        #else
        let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
        (client, test) = (ends[0], ends[1])
    }
}
