import Dispatch
import Testing
import XenstoreClient
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A small daemon in this process, which answers one client; a test changes the store between two
/// requests.
final class FakeStore: @unchecked Sendable {
    struct Node {
        var value = ""
        var perms = ["n0"]
        var children: [String] = []
    }

    var nodes: [String: Node] = ["/": Node()]
    /// Whether it answers like oxenstored.
    var isOxenstored = false
    /// Called before the request of this number, counted from 0, is answered.
    var beforeRequest: (FakeStore, Int, WireMessage) -> Void = { _, _, _ in }
    /// Paths that no client may read.
    var hidden: Set<String> = []
    /// What TRANSACTION_END answers, one after another; then OK.
    var commits: [String] = []
    private(set) var watches: [(path: String, token: String)] = []
    private var events: [String] = []
    private let descriptor: Int32
    private var count = 0
    /// The store when the client last asked for a barrier.
    private(set) var linesAtBarrier: [String] = []

    let client: StoreClient

    init(_ paths: [String: String]) throws {
        let pair = try SocketPair()
        descriptor = pair.test
        client = StoreClient(descriptor: pair.client, name: "fake")
        client.timeout = .seconds(20)
        for path in paths.keys.sorted() { write(path, paths[path] ?? "") }
        write("/tool/xenstored", "")
        events = []
    }

    /// Answers until the client hangs up.
    func serve() {
        DispatchQueue(label: "store").async {
            var buffer: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                while let message = self.next(&buffer) { self.answer(message) }
                let count = read(self.descriptor, &chunk, chunk.count)
                guard count > 0 else { break }
                buffer += chunk[..<count]
            }
            close(self.descriptor)
        }
    }

    /// Ends the connection.
    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func next(_ buffer: inout [UInt8]) -> WireMessage? {
        guard let message = WireMessage.decode(Octets(buffer), byteOrder: .native).first, message.isComplete else {
            return nil
        }
        buffer.removeFirst(WireMessage.headerSize + message.payload.count)
        return message
    }

    // MARK: Changes

    func write(_ path: String, _ value: String) {
        make(path)
        nodes[path]?.value = value
        fire(path)
    }

    /// Makes a node and its ancestors, of which no event is sent.
    private func make(_ path: String) {
        guard nodes[path] == nil else { return }
        let (parent, name) = Self.split(path)
        make(parent)
        nodes[path] = Node()
        nodes[parent]?.children.append(name)
    }

    private static func split(_ path: String) -> (parent: String, name: String) {
        let parts = path.split(separator: "/")
        return ("/" + parts.dropLast().joined(separator: "/"), String(parts.last ?? ""))
    }

    func setPerms(_ path: String, _ perms: [String], firing: Bool = true) {
        nodes[path]?.perms = perms
        if firing { fire(path) }
    }

    func remove(_ path: String) {
        let (parent, name) = Self.split(path)
        nodes[parent]?.children.removeAll { $0 == name }
        for key in nodes.keys where key == path || key.hasPrefix(path + "/") { nodes[key] = nil }
        fire(path)
    }

    func fire(_ path: String) {
        for watch in watches {
            let isBelow = watch.path == "/" || path == watch.path || path.hasPrefix(watch.path + "/")
            if isBelow != path.hasPrefix("@") || watch.path == path { events.append(path + "\0" + watch.token + "\0") }
        }
    }

    // MARK: Answers

    private func answer(_ message: WireMessage) {
        beforeRequest(self, count, message)
        count += 1
        var words = String(decoding: message.payload, as: UTF8.self).split(
            separator: "\0", omittingEmptySubsequences: false
        ).map { String($0) }
        words.removeLast()
        let path = words.first ?? ""
        let type = message.type ?? 0
        let reply = reply(type, path, words)
        for event in events { send(15, 0, event) }
        events = []
        if type == 4 { fire(path) }
        if reply.first == "E", reply.allSatisfy({ $0.isUppercase || $0.isNumber }) {
            send(16, message.requestID ?? 0, reply + "\0")
        } else {
            send(type, message.requestID ?? 0, reply)
        }
    }

    private func reply(_ type: UInt32, _ path: String, _ words: [String]) -> String {
        switch type {
        case 1, 2, 3:
            if path == "@releaseDomain" { return isOxenstored ? "" : "EINVAL" }
            if hidden.contains(path) { return "EACCES" }
            guard let node = nodes[path] else { return "ENOENT" }
            switch type {
            case 1: return node.children.map { $0 + "\0" }.joined()
            case 2: return node.value
            default: return node.perms.map { $0 + "\0" }.joined()
            }
        case 4:
            watches.append((path, words.count > 1 ? words[1] : ""))
            return "OK\0"
        case 5:
            watches.removeAll { $0.path == path }
            return "OK\0"
        case 6: return "1\0"
        case 7: return commits.isEmpty ? "OK\0" : commits.removeFirst()
        case 10:
            linesAtBarrier = lines
            return "/local/domain/0\0"
        case 17: return nodes["/local/domain/\(path)"] == nil ? "F\0" : "T\0"
        default: return "EINVAL"
        }
    }

    private func send(_ type: UInt32, _ id: UInt32, _ payload: String) {
        let bytes = WireMessage(type: type, requestID: id, payload: Octets(payload.utf8)).encoded(.native)
        _ = bytes.withUnsafeBytes { Self.send(descriptor, $0) }
    }

    private static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Musl)
        Musl.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #else
        Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }

    // MARK: What a listing shows

    /// `path value perms`, a line for each node, sorted.
    var lines: [String] {
        nodes.map { "\($0.key) \($0.value.value) \($0.value.perms.joined(separator: ","))" }.sorted()
    }
}
