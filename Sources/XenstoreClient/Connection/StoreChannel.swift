import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The bytes to and from a daemon: a socket, or the kernel's device for it.
final class StoreChannel {
    private let descriptor: Int32
    /// The kernel's device passes one message on at a time, and takes a whole one in one write.
    let isDevice: Bool
    /// The socket's path, for messages.
    let name: Octets
    /// A descriptor that ends a wait as soon as it has something to read; nil: none does.
    var interrupter: Int32?
    /// What was read and not yet taken, from `start` on.
    private var input: [UInt8] = []
    private var start = 0
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// Connects to a socket, or opens a device.
    init(path: String) throws(StoreError) {
        name = Octets(path.utf8)
        var status = stat()
        guard stat(path, &status) == 0 else { throw StoreError(.noConnection(errno), subject: name) }
        isDevice = status.st_mode & S_IFMT == S_IFCHR
        descriptor = isDevice ? open(path, O_RDWR | O_CLOEXEC) : Self.connected(path)
        guard descriptor >= 0 else { throw StoreError(.noConnection(errno), subject: name) }
    }

    /// Takes over an open socket.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = Octets(name.utf8)
        isDevice = false
    }

    deinit {
        close(descriptor)
    }

    /// How long to wait for a daemon that accepts no connection.
    private static let connectionTimeout = Duration.seconds(30)

    /// - Returns: -1, with `errno` set, if there is no connection.
    private static func connected(_ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        // The path needs its NUL.
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        #if canImport(Musl)
        let kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
        #else
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return -1 }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let end = ContinuousClock.now + connectionTimeout
        while true {
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
            }
            if result == 0 { return descriptor }
            // Other clients wait to be accepted, and there is no room for one more.
            guard errno == EAGAIN || errno == EINTR, ContinuousClock.now < end else { break }
            usleep(10_000)
        }
        let number = errno
        close(descriptor)
        errno = number
        return -1
    }

    /// The process at the other end of a socket; nil if the system does not say it.
    var peer: Int32? {
        // struct ucred: process, user and group.
        var credentials: [Int32] = [0, 0, 0]
        var size = socklen_t(MemoryLayout<Int32>.size * credentials.count)
        guard !isDevice, getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0, credentials[0] > 0
        else { return nil }
        return credentials[0]
    }

    // MARK: Input

    /// The number of bytes that were read and not yet taken.
    var pendingCount: Int {
        input.count - start
    }

    /// A copy of the first of these bytes. A slice would share the buffer: the next change would
    /// make another one, and small pieces of memory would fill the place of each.
    func first(_ count: Int) -> Octets {
        Octets(Array(input[start..<min(input.count, start + max(0, count))]))
    }

    /// Takes the first of these bytes.
    func take(_ count: Int) -> Octets {
        let bytes = first(count)
        let end = start + bytes.count
        start = end
        if start == input.count {
            input.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 1 << 20 {
            input.removeFirst(start)
            start = 0
        }
        return bytes
    }

    // MARK: Waiting

    /// Whether the interrupter has something to read.
    var isInterrupted: Bool {
        guard let interrupter else { return false }
        var state = pollfd(fd: interrupter, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    /// Sends of `output` what can be sent, and reads what is there, once one of them is possible.
    /// - Parameters:
    ///   - output: what is to be sent; what was sent is removed from its front.
    ///   - end: until when to wait.
    /// - Returns: false if nothing happened until then.
    func work(_ output: inout [UInt8], until end: ContinuousClock.Instant) throws(StoreError) -> Bool {
        if isDevice, !output.isEmpty {
            try send(&output)
            return true
        }
        // Poll passes over a negative descriptor.
        var states = [
            pollfd(fd: descriptor, events: Int16(POLLIN | (output.isEmpty ? 0 : POLLOUT)), revents: 0),
            pollfd(fd: interrupter ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let left = (end - ContinuousClock.now).components
        let seconds = min(max(0, left.seconds), 1 << 20)
        // Rounded up, so that a short rest of time is no busy loop.
        let milliseconds = left.seconds < 0 || left.attoseconds < 0 ? 0 : left.attoseconds / 1_000_000_000_000_000 + 1
        let count = poll(&states, nfds_t(states.count), Int32(seconds * 1000 + milliseconds))
        let status = states[0]
        guard count >= 0 else {
            if errno == EINTR { return true }
            throw StoreError(.failed(errno), subject: name)
        }
        if count == 0 { return false }
        // What the daemon sent before it closed the connection is read first.
        if status.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { try receive() }
        if status.revents & Int16(POLLOUT) != 0, !output.isEmpty { try send(&output) }
        return true
    }

    private func receive() throws(StoreError) {
        let count = chunk.withUnsafeMutableBytes { buffer in
            isDevice
                ? read(descriptor, buffer.baseAddress, buffer.count)
                : recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        }
        guard count >= 0 else {
            if errno == EAGAIN || errno == EINTR { return }
            throw StoreError(errno == ECONNRESET ? .closed : .failed(errno), subject: name)
        }
        guard count > 0 else { throw StoreError(.closed, subject: name) }
        input.append(contentsOf: chunk[..<count])
    }

    private func send(_ output: inout [UInt8]) throws(StoreError) {
        let count = output.withUnsafeBytes { buffer in
            isDevice
                ? write(descriptor, buffer.baseAddress, buffer.count)
                : Self.send(descriptor, buffer)
        }
        guard count >= 0 else {
            if errno == EAGAIN || errno == EINTR { return }
            guard errno == EPIPE || errno == ECONNRESET else { throw StoreError(.failed(errno), subject: name) }
            // Closed. What the daemon sent before is still read; the end of it says the rest.
            output = []
            return
        }
        output.removeFirst(min(count, output.count))
    }

    private static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        #if canImport(Musl)
        return Musl.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #else
        return Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #endif
    }
}
