import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Which daemon answers, as far as it can be seen.
public struct StoreDaemon: Equatable, Sendable {
    /// Whether the daemon is oxenstored: it answers READ of `@releaseDomain`, which the C xenstored
    /// refuses with `EINVAL`, and its `/tool/xenstored` is not empty. Nil if the two disagree.
    public let isOxenstored: Bool?
    /// The value of `/tool/xenstored`: oxenstored's program, empty for a C xenstored; nil if there
    /// is no such node.
    public let tool: Octets?
    /// The program of the process that listens on the socket; nil if it cannot be seen.
    public let program: Octets?
    /// The commands that CONTROL knows, as the daemon lists them; nil if it does not.
    public let commands: Octets?

    /// Asks the daemon; reads only.
    /// - Parameter client: the connection.
    /// - Throws: `StoreError` if the connection fails; a refusal is an answer.
    init(_ client: StoreClient) throws(StoreError) {
        let answers = try client.askAll([
            StoreRequest(.read, "@releaseDomain"), StoreRequest(.read, "/tool/xenstored"),
            StoreRequest(.control, "help"),
        ])
        tool = try? answers[1].get()
        // A list of lines, after which daemons of different versions send other bytes.
        commands = (try? answers[2].get()).map { reply in
            let end = reply.lastIndex { $0 != ASCII.nul && $0 != ASCII.newline } ?? reply.startIndex
            return reply.isEmpty ? reply : reply[...end]
        }
        let answersSpecial: Bool? =
            switch answers[0] {
            case .success: true
            case .failure(let error): error.name == .invalid ? false : nil
            }
        let hasProgram = tool.map { !$0.isEmpty }
        isOxenstored = answersSpecial == hasProgram ? answersSpecial : hasProgram == nil ? answersSpecial : nil
        program = client.daemonProcess.flatMap { Self.program(of: $0) }
    }

    /// The program of a process, if it is a daemon: another process may have opened the socket for
    /// it.
    private static func program(of process: Int32) -> Octets? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/\(process)/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let path = buffer[..<count].map { UInt8(bitPattern: $0) }
        return String(decoding: path, as: UTF8.self).contains("xenstored") ? Octets(path) : nil
    }

    /// The kind of the daemon, for people.
    public var name: String {
        switch isOxenstored {
        case true: "oxenstored"
        case false: "C xenstored"
        default: "unknown daemon"
        }
    }
}
