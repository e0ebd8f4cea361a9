import Dispatch
import Testing
import XenstoreClient
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The other end of a client's connection: sends what a test says.
final class ScriptedPeer: @unchecked Sendable {
    private var descriptor: Int32
    let client: StoreClient

    init() throws {
        let pair = try SocketPair()
        descriptor = pair.test
        client = StoreClient(descriptor: pair.client, name: "peer")
        client.timeout = .seconds(10)
    }

    deinit {
        hangUp()
    }

    func hangUp() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ type: UInt32, _ id: UInt32, _ payload: String) {
        send(message(type, id, payload))
    }

    func message(_ type: UInt32, _ id: UInt32, _ payload: String) -> [UInt8] {
        WireMessage(type: type, requestID: id, payload: Octets(payload.utf8)).encoded(.native)
    }

    /// Sends each byte by itself, from another thread.
    func sendSlowly(_ bytes: [UInt8]) {
        DispatchQueue.global().async {
            for byte in bytes {
                self.send([byte])
                usleep(500)
            }
        }
    }

    /// What the client has sent.
    func received() -> [WireMessage] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return WireMessage.decode(Octets(bytes), byteOrder: .native)
    }
}
